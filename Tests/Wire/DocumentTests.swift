import Foundation
import Testing
import Wire

/// docs/protocol.md names what the types know.
@Suite struct DocumentTests {
    private let document: String

    init() throws {
        let root = Example.folder.appending(path: "../../..")
        document = try String(contentsOf: root.appending(path: "docs/protocol.md"), encoding: .utf8)
    }

    @Test(arguments: ErrorCode.allCases)
    func `the document names every error, and it says what to do`(_ code: ErrorCode) throws {
        #expect(document.contains("`\(code.rawValue)`"))
        let error = WireError(re: 7, code)
        #expect(error.message.hasSuffix("."))
        #expect(error.retry == [.tooFast, .overloaded, .storeAway, .unknown].contains(code))
        #expect(try ServerMessage(json: ServerMessage.error(error).json) == .error(error))
    }

    @Test(arguments: SocketEnd.allCases)
    func `the document names every close code`(_ end: SocketEnd) {
        #expect(document.contains("\(end.rawValue) "))
    }

    @Test(arguments: CommandType.allCases.map(\.rawValue) + EventType.allCases.map(\.rawValue))
    func `the document names every command and every event`(_ type: String) {
        #expect(document.contains("`\(type)`") || document.contains("`\(type) ") || document.contains("\"\(type)\""))
    }
}
