import Testing

@testable import WebSocket

private let hello = Array("Hello".utf8)

struct ExampleRow: CustomTestStringConvertible, Sendable {
    var label: String
    var payload: [UInt8]
    var message: [UInt8] = hello
    var testDescription: String { label }
}

private let examples: [ExampleRow] = [
    ExampleRow(label: "§7.2.3.1: one compressed block", payload: [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]),
    ExampleRow(
        label: "§7.2.3.3: a block without compression",
        payload: [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00]),
    ExampleRow(
        label: "§7.2.3.4: a block with BFINAL set", payload: [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00]),
    ExampleRow(
        label: "§7.2.3.5: two blocks in one message",
        payload: [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00]),
    ExampleRow(label: "§7.2.3.6: an empty message", payload: [0x00], message: []),
    ExampleRow(
        label: "§7.2.3.4: blocks go on behind BFINAL",
        payload: [
            0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00,
        ], message: hello + hello),
    ExampleRow(
        label: "§7.2.3.4: … and may refer to what stands before it",
        payload: [
            0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0xF2, 0x00, 0x11, 0x00, 0x00,
        ], message: hello + hello),
]

@Test("The examples of RFC 7692 decode, split at every octet", arguments: examples)
func decodesTheExamples(row: ExampleRow) throws {
    for split in 0...row.payload.count {
        var inflater = try makeInflater()
        let pieces = [Array(row.payload[..<split]), Array(row.payload[split...])]
        #expect(inflated(pieces, by: &inflater) == row.message, "split at \(split)")
    }
    var inflater = try makeInflater(windowBits: 8)
    #expect(inflated(row.payload.map { [$0] }, by: &inflater) == row.message, "octet by octet")
}

@Test("§7.2.3.2: the second message may refer to the first, unless the context is dropped between them")
func sharesTheWindow() throws {
    let first: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
    let second: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00]
    var keeping = try makeInflater()
    #expect(inflated([first], by: &keeping) == hello)
    #expect(inflated([second], by: &keeping) == hello)

    var forgetting = try makeInflater()
    #expect(inflated([first], by: &forgetting) == hello)
    forgetting.reset()
    #expect(inflated([second], by: &forgetting) == nil)
}

@Test("§7.2.3.1, §7.2.3.2: the deflater writes what the RFC shows")
func encodesTheExamples() throws {
    var deflater = try makeDeflater()
    #expect(deflated(hello, by: &deflater) == [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])
    #expect(deflated(hello, by: &deflater) == [0xF2, 0x00, 0x11, 0x00, 0x00])
    deflater.reset()
    #expect(deflated(hello, by: &deflater) == [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])
}

@Test("§7.2.3.6: an empty message is one octet, however many of them follow each other")
func encodesEmptyMessages() throws {
    var deflater = try makeDeflater()
    var inflater = try makeInflater()
    for message in [[], [], hello, [], [], hello] {
        let payload = deflated(message, by: &deflater)
        #expect(!message.isEmpty || payload == [0x00])
        #expect(inflated([payload], by: &inflater) == message)
    }
}
