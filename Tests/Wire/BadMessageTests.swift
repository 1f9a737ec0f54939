import Testing
import Wire

private let key = "0198f3c27a4b7d1e9c305f6a8b2d4e10"

struct BadMessage: CustomTestStringConvertible {
    let text: String
    let code: String
    let re: Int64
    let field: String?

    init(_ text: String, _ code: String = "bad_message", re: Int64 = 7, field: String? = nil) {
        (self.text, self.code, self.re, self.field) = (text, code, re, field)
    }

    var testDescription: String { String(text.debugDescription.prefix(60)) }
}

@Suite struct BadMessageTests {
    @Test(arguments: [
        BadMessage("", "bad_json", re: 0),
        BadMessage("7", "bad_json", re: 0),
        BadMessage("[]", "bad_json", re: 0),
        BadMessage("\u{FEFF}{}", "bad_json", re: 0),
        BadMessage(#"{"id":7,"type":"ping"} {}"#, "bad_json"),
        BadMessage(#"{"id":7,"type":"ping",}"#, "bad_json"),
        BadMessage(#"{"id":7,"type":"ping","type":"watch"}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":01}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":1.}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":+1}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":nul}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":"\x"}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":"\ud800"}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":"\ud800\ud800"}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":"\udc00"}"#, "bad_json"),
        BadMessage(#"{"id":7,"x":"\u0000"}"#, "bad_json"),
        BadMessage("{\"id\":7,\"x\":\"a\nb\"}", "bad_json"),
        BadMessage(#"{"id":7,"x":[[[[[[[[]]]]]]]]}"#, "bad_json"),
        BadMessage(#"{"x":[[[[[[[[]]]]]]]],"id":7}"#, "bad_json", re: 0),
    ])
    func `what is no strict JSON is answered under its id where that stood before`(_ bad: BadMessage) {
        expect(bad)
    }

    @Test(arguments: [
        BadMessage("{}", re: 0, field: "id"),
        BadMessage(#"{"id":0,"type":"ping"}"#, re: 0, field: "id"),
        BadMessage(#"{"id":-7,"type":"ping"}"#, re: 0, field: "id"),
        BadMessage(#"{"id":"7","type":"ping"}"#, re: 0, field: "id"),
        BadMessage(#"{"id":7.5,"type":"ping"}"#, re: 0, field: "id"),
        BadMessage(#"{"id":9007199254740992,"type":"ping"}"#, re: 0, field: "id"),
        BadMessage(#"{"id":99999999999999999999999,"type":"ping"}"#, re: 0, field: "id"),
        BadMessage(#"{"id":7}"#, field: "type"),
        BadMessage(#"{"id":7,"type":null}"#, field: "type"),
        BadMessage(#"{"id":7,"type":"fly"}"#, "unknown_type"),
        BadMessage(#"{"id":7,"type":"authenticate","ticket":"","device":"phone"}"#, field: "ticket"),
        BadMessage(#"{"id":7,"type":"authenticate","ticket":"t","device":"fridge"}"#, field: "device"),
        BadMessage(#"{"id":7,"type":"closed","team":"t","limit":0}"#, field: "limit"),
        BadMessage(#"{"id":7,"type":"closed","team":"t","limit":101}"#, field: "limit"),
        BadMessage(#"{"id":7,"type":"subscribe","case":"c","after":-1}"#, field: "after"),
        BadMessage(#"{"id":7,"type":"subscribe","case":"","after":0}"#, field: "case"),
        BadMessage(#"{"id":7,"type":"claim","case":"c"}"#, field: "key"),
        BadMessage(#"{"id":7,"type":"claim","case":"c","key":"0198f3c2"}"#, field: "key"),
        BadMessage(#"{"id":7,"type":"claim","case":"c","key":"+198f3c27a4b7d1e9c305f6a8b2d4e10"}"#, field: "key"),
        BadMessage(#"{"id":7,"type":"claim","case":"c","key":"g198f3c27a4b7d1e9c305f6a8b2d4e10"}"#, field: "key"),
        BadMessage(#"{"id":7,"type":"send","case":"c","key":"\#(key)","text":7}"#, field: "text"),
        BadMessage(#"{"id":7,"type":"send","case":"c","key":"\#(key)","text":"a","voice":"x"}"#, field: "voice"),
        BadMessage(#"{"id":7,"type":"edit","case":"c","key":"\#(key)","number":0,"text":""}"#, field: "number"),
        BadMessage(#"{"id":7,"type":"open","key":"\#(key)","team":"t"}"#, field: "category"),
        BadMessage(
            #"{"id":7,"type":"open","key":"\#(key)","team":"t","category":"c","subject":"s"}"#, field: "category"),
        BadMessage(#"{"id":7,"type":"transfer","case":"c","key":"\#(key)"}"#, field: "member"),
        BadMessage(
            #"{"id":7,"type":"identify","case":"c","key":"\#(key)","values":[{"field":"f","value":"v"},{}]}"#,
            field: "values[1].field"),
        BadMessage(#"{"id":7,"type":"identify","case":"c","key":"\#(key)","values":[3]}"#, field: "values[0]"),
    ])
    func `a wrong field is named`(_ bad: BadMessage) { expect(bad) }

    @Test func `the limits are the last that is accepted`() throws {
        let nested = #"{"id":7,"type":"ping","x":[[[[[[[]]]]]]]}"#
        #expect(try ClientMessage(json: Array(nested.utf8)).id == 7)
        #expect(try ClientMessage(json: identify(64)).id == 7)
        #expect(failure(identify(65))?.detail == .limit(64))
        #expect(failure(identify(65))?.code == "too_many")
        #expect(try ClientMessage(json: ping(ofBytes: 65_536)).id == 7)
        #expect(failure(ping(ofBytes: 65_537))?.code == "too_long")
        #expect(failure(ping(ofBytes: 65_537))?.detail == .limit(65_536))
    }

    @Test func `what is not UTF-8 is refused`() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
            let message = Array(#"{"id":7,"type":"ping","x":""#.utf8) + bytes + Array("\"}".utf8)
            #expect(failure(message)?.code == "bad_json")
            #expect(failure(message)?.re == 7)
        }
    }

    @Test func `many fields, long arrays and deep nests end early`() {
        let fields = (0..<5000).map { "\"f\($0)\":0" }.joined(separator: ",")
        let array = Array(repeating: "0", count: 30_000).joined(separator: ",")
        for text in ["{\"id\":7,\(fields)}", "{\"id\":7,\"x\":[\(array)]}"] {
            #expect(failure(Array(text.utf8))?.code == "bad_json")
            #expect(failure(Array(text.utf8))?.re == 7)
        }
        let nest = String(repeating: "[", count: 60_000)
        #expect(failure(Array("{\"id\":7,\"x\":\(nest)".utf8))?.code == "bad_json")
    }

    @Test func `an error never repeats what was sent`() {
        let secret = "Zanzibar"
        for text in [
            #"{"id":7,"type":"\#(secret)"}"#, #"{"id":7,"type":"send","case":"c","key":"\#(secret)","text":"t"}"#,
            #"{"id":7,"\#(secret)":\#(secret)}"#, #"{"id":7,"type":"authenticate","ticket":"t","device":"\#(secret)"}"#,
        ] {
            let error = failure(Array(text.utf8))
            #expect(error != nil)
            #expect(error?.message.contains(secret) == false)
        }
    }

    @Test func `unknown fields are ignored, spaces too, and null is absent`() throws {
        let text = " {\r\n\t\"new\" : {\"id\":9, \"x\":[1.5e3,-0,null]} , \"id\" : 7, \"type\":\"send\",\"case\":\"c\","
        let rest = "\"key\":\"\(key.uppercased())\",\"text\":\"\\ud83e\\ude7a\\/\\u00e9\",\"voice\":null}\n"
        let message = try ClientMessage(json: Array((text + rest).utf8))
        let wish = CaseCommand(
            caseID: "c", key: 0x0198_F3C2_7A4B_7D1E_9C30_5F6A_8B2D_4E10, action: .send(text: "🩺/é", voice: .own))
        #expect(message == ClientMessage(id: 7, command: .onCase(wish)))
    }

    @Test func `every character that JSON can hold comes through`() throws {
        let text = String(String.UnicodeScalarView((1...0x2FFF).compactMap { Unicode.Scalar($0) })) + "\u{10FFFF}"
        let wish = CaseCommand(caseID: "c", key: 0, action: .note(text: text))
        let message = ClientMessage(id: 1, command: .onCase(wish))
        #expect(try ClientMessage(json: message.json) == message)
        #expect(try canonical(message.json).utf8.count > text.utf8.count)
    }

    private func expect(_ bad: BadMessage, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let error = failure(Array(bad.text.utf8)) else {
            Issue.record("it was taken for a command", sourceLocation: sourceLocation)
            return
        }
        #expect(error.code == bad.code, sourceLocation: sourceLocation)
        #expect(error.re == bad.re, sourceLocation: sourceLocation)
        if let field = bad.field {
            #expect(error.detail == .field(field), sourceLocation: sourceLocation)
            #expect(error.message.contains(field), sourceLocation: sourceLocation)
        }
    }

    private func failure(_ bytes: [UInt8]) -> WireError? {
        do throws(WireError) {
            _ = try ClientMessage(json: bytes)
            return nil
        } catch {
            return error
        }
    }

    private func identify(_ count: Int) -> [UInt8] {
        let values = Array(repeating: #"{"field":"f","value":""}"#, count: count).joined(separator: ",")
        return Array(#"{"id":7,"type":"identify","case":"c","key":"\#(key)","values":[\#(values)]}"#.utf8)
    }

    private func ping(ofBytes count: Int) -> [UInt8] {
        let start = #"{"id":7,"type":"ping","x":""#
        return Array((start + String(repeating: "x", count: count - start.utf8.count - 2) + "\"}").utf8)
    }
}
