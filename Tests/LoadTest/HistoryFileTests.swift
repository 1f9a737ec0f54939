import Foundation
import LoadCheck
import Testing

@Suite struct HistoryFileTests {
    private func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString)").path()
    }

    @Test func `every line comes back from the file as it was written`() throws {
        var line = HistoryLine(.receive, at: 123, client: 4)
        line.caseID = "a \"case\"\\ with\u{1}everything ü"
        line.seq = 5
        line.after = 6
        line.shared = 7
        line.from = 8
        line.number = 9
        line.type = "message"
        line.isIntact = true
        line.isNote = false
        line.key = "00ff"
        line.role = .member
        line.person = "p"
        line.reads = 10
        line.team = "t"
        line.teams = ["t", "u\n"]
        line.generation = "1"
        line.code = "c"
        line.node = "127.0.0.1:8080"
        line.run = "r"
        line.version = 11
        let lines = SmallHistory.clean.lines + [line]
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try HistoryFile(path: path)
        var bytes: [UInt8] = []
        for line in lines { line.write(into: &bytes) }
        file.append(bytes)
        #expect(file.isComplete)
        var read: [HistoryLine] = []
        try HistoryFile.read(path: path) { line in read.append(line) }
        #expect(read == lines)
    }

    @Test func `a clean history passes from its file, too`() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try HistoryFile(path: path)
        var bytes: [UInt8] = []
        for line in SmallHistory.clean.lines { line.write(into: &bytes) }
        file.append(bytes)
        #expect(try HistoryCheck.report(path: path).isClean)
    }

    @Test(arguments: [
        #"{"kind":"ack","at":12,"client":3,"case":"a","seq":4,"number":1}"#,
        #"{ "at": 12, "kind": "ack", "client": 3, "number": 1, "case": "a", "seq": 4, "later": [{}] }"#,
        #"{"kind":"ack","at":12,"client":3,"case":"\u0061","seq":4,"number":1}"#,
    ])
    func `a line may be written in any way that JSON allows`(text: String) throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        var expected = HistoryLine(.ack, at: 12, client: 3)
        (expected.caseID, expected.seq, expected.number) = ("a", 4, 1)
        var read: [HistoryLine] = []
        try HistoryFile.read(path: path) { line in read.append(line) }
        #expect(read == [expected])
    }

    @Test(arguments: [
        "", "{\"kind\":\"dance\",\"at\":1}\n", "{\"kind\":\"end\",\"at\":1}\n{\"kind\":\"en", "\n",
        "{\"kind\":\"end\",\"at\":99999999999999999999}\n",
    ])
    func `a file that is no history is refused, not passed`(text: String) throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        #expect((try? HistoryCheck.report(path: path))?.isClean != true)
    }

    @Test func `a line that lacks what its kind must have is refused`() {
        var check = HistoryCheck()
        #expect(throws: HistoryError.self) { try check.add(HistoryLine(.ack, at: 1, client: 1)) }
        #expect(throws: HistoryError.self) { try check.add(HistoryLine(.run, at: 1)) }
    }
}

@Suite struct MessageMarkTests {
    private let mark = MessageMark(run: 0xA0, client: 17, number: 4, dueMicroseconds: 81_234_567_890)

    @Test(arguments: [MessageMark.shortestBytes, 200, 4096])
    func `a mark is read from a text of any length`(bytes: Int) {
        let text = mark.text(bytes: bytes)
        #expect(text.utf8.count == bytes)
        #expect(MessageMark(text: text) == mark)
    }

    @Test func `a text with any one byte changed has no mark`() {
        let text = Array(mark.text(bytes: MessageMark.shortestBytes).utf8)
        for index in text.indices {
            var changed = text
            changed[index] ^= 1
            #expect(MessageMark(text: String(decoding: changed, as: UTF8.self)) == nil)
        }
    }

    @Test func `a text that is cut or something else has no mark`() {
        let text = mark.text(bytes: MessageMark.shortestBytes)
        for count in 0..<text.utf8.count { #expect(MessageMark(text: String(text.prefix(count))) == nil) }
        #expect(MessageMark(text: "Good morning, how can we help you today, Mrs Who?") == nil)
    }
}
