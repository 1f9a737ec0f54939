import TestSupport
import Testing

@testable import WebSocket

struct Conversation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let frames: [Frame]
    let expected: [Decoded]

    init(_ label: String, _ frames: [Frame], _ expected: [Decoded]) {
        (testDescription, self.frames, self.expected) = (label, frames, expected)
    }

    init(_ label: String, _ frames: [Frame], _ failure: ProtocolFailure, after: [Decoded] = []) {
        self.init(label, frames, after + [.failed(failure)])
    }
}

private let longest = String(repeating: "p", count: 125)

private let valid = [
    Conversation("nothing", [], []),
    Conversation("a text", [.text("Hello")], [.text("Hello")]),
    Conversation("an empty text", [.text("")], [.text("")]),
    Conversation("an empty binary message", [.binary([])], [.message(.binary, [])]),
    Conversation("bytes that are no text", [.binary([0xFF, 0xC0, 0x80])], [.message(.binary, [0xFF, 0xC0, 0x80])]),
    Conversation(
        "three messages in a row", [.text("a"), .binary([1]), .text("c")],
        [.text("a"), .message(.binary, [1]), .text("c")]),
    Conversation(
        "the shortest length in two bytes", [.text(String(repeating: "é", count: 63))],
        [.text(String(repeating: "é", count: 63))]),
    Conversation("two fragments", [.text("Hel", isFinal: false), .last("lo")], [.text("Hello")]),
    Conversation(
        "fragments of which some are empty",
        [.text("", isFinal: false), .more([]), .more([0x61]), .more([]), .last("")],
        [.text("a")]),
    Conversation("an empty message in fragments", [.text("", isFinal: false), .last("")], [.text("")]),
    Conversation(
        "binary fragments", [.binary([0xC3], isFinal: false), .more([0x28]), .last("")],
        [.message(.binary, [0xC3, 0x28])]),
    Conversation(
        "a scalar across fragments",
        [.text("", isFinal: false), .more([0xF0]), .more([0x9F, 0x98]), .more([0x80]), .last("!")],
        [.text("😀!")]),
    Conversation("an empty ping", [.ping()], [.ping("")]),
    Conversation("the longest ping and pong", [.ping(longest), .pong(longest)], [.ping(longest), .pong(longest)]),
    Conversation(
        "control frames between fragments",
        [
            .ping("1"), .text("a", isFinal: false), .ping("2"), .pong("3"), .more([0x62]), .ping(""), .last("c"),
            .pong("4"),
        ],
        [.ping("1"), .ping("2"), .pong("3"), .ping(""), .text("abc"), .pong("4")]),
    Conversation(
        "a ping within a scalar", [.text("", isFinal: false), .more([0xC3]), .ping(), .more([0xA9], isFinal: true)],
        [.ping(""), .text("é")]),
    Conversation(
        "one message in fragments after the other",
        [.text("a", isFinal: false), .last("b"), .text("c", isFinal: false), .last("d"), .text("e")],
        [.text("ab"), .text("cd"), .text("e")]),
    Conversation(
        "a close frame without a code", [.text("a"), .close([])], [.text("a"), .close(1005, [])]),
    Conversation(
        "a close frame with a reason", [.close([0x03, 0xE8] + Array("bye".utf8))], [.close(1000, Array("bye".utf8))]),
    Conversation(
        "a close frame between fragments", [.text("a", isFinal: false), .close([0x0F, 0xA0])], [.close(4000, [])]),
    Conversation(
        "the longest close frame", [.close([0x03, 0xE8] + Array(repeating: 0x61, count: 123))],
        [.close(1000, Array(repeating: 0x61, count: 123))]),
]

private let invalid = [
    Conversation("RSV1 without compression (§5.2)", [Frame(opcode: 1, reserved: 4)], .reservedBits),
    Conversation("RSV2 (§5.2)", [.text("a"), Frame(opcode: 1, reserved: 2)], .reservedBits, after: [.text("a")]),
    Conversation("RSV3 (§5.2)", [Frame(opcode: 9, reserved: 1)], .reservedBits),
    Conversation("a reserved opcode for data (§5.2)", [Frame(opcode: 3)], .reservedOpcode),
    Conversation(
        "a reserved opcode for control (§5.2)", [.ping(), Frame(opcode: 11)], .reservedOpcode, after: [.ping("")]),
    Conversation(
        "a reserved opcode between fragments", [.text("a", isFinal: false), Frame(opcode: 15), .last("b")],
        .reservedOpcode),
    Conversation("a ping in fragments (§5.5)", [Frame(opcode: 9, isFinal: false)], .fragmentedControl),
    Conversation("a close frame in fragments (§5.5)", [Frame(opcode: 8, isFinal: false)], .fragmentedControl),
    Conversation("a ping of 126 bytes (§5.5)", [.ping(longest + "p")], .controlTooLong),
    Conversation(
        "a close frame of 126 bytes (§5.5)", [.close([0x03, 0xE8] + Array(repeating: 0x61, count: 124))],
        .controlTooLong),
    Conversation("a continuation of nothing (§5.4)", [.last("a")], .unexpectedContinuation),
    Conversation("… that is not final", [.more([0x61])], .unexpectedContinuation),
    Conversation(
        "a continuation behind a whole message", [.text("a"), .last("b")], .unexpectedContinuation, after: [.text("a")]),
    Conversation(
        "a continuation behind the last fragment", [.text("a", isFinal: false), .last("b"), .last("c")],
        .unexpectedContinuation, after: [.text("ab")]),
    Conversation(
        "a text within a text (§5.4)", [.text("a", isFinal: false), .text("b")], .expectedContinuation),
    Conversation(
        "a binary message within a text, behind a ping",
        [.text("a", isFinal: false), .ping(), .binary([1], isFinal: false)],
        .expectedContinuation, after: [.ping("")]),
    Conversation("half a close code (§5.5.1)", [.close([0x03])], .truncatedCloseCode),
    Conversation("a close code that is never sent (§7.4.1)", [.close([0x03, 0xED])], .invalidCloseCode),
    Conversation("a close reason that is not UTF-8 (§5.5.1)", [.close([0x03, 0xE8, 0x80])], .invalidCloseReason),
    Conversation("a text that is not UTF-8 (§8.1)", [Frame(opcode: 1, payload: [0x61, 0xFF, 0x61])], .invalidText),
    Conversation("a text that ends within a scalar", [Frame(opcode: 1, payload: [0x61, 0xC3])], .invalidText),
    Conversation(
        "fragments that end within a scalar", [.text("a", isFinal: false), .more([0xE2, 0x82], isFinal: true)],
        .invalidText),
    Conversation(
        "a scalar broken between fragments",
        [Frame(opcode: 1, isFinal: false, payload: [0xE2]), .more([0x28]), .last("never read")], .invalidText),
    Conversation(
        "a bad text is a later message", [.text("a"), .ping(), Frame(opcode: 1, payload: [0xED, 0xA0, 0x80])],
        .invalidText, after: [.text("a"), .ping("")]),
]

@Suite("A message decoder")
struct MessageDecoderTests {
    @Test(
        "finds what was sent, or the rule that was broken, however the bytes are cut",
        arguments: valid + invalid, [Role.client, .server])
    func conversations(row: Conversation, peer: Role) {
        let bytes = bytes(of: row.frames, from: peer)
        #expect(decode(bytes, from: peer) == row.expected)
        let differences = differencesBetweenSplits(of: bytes) { decode(bytes, from: peer, pieces: $0) }
        #expect(differences.isEmpty)
        // An agreement on compression changes nothing but the meaning of RSV1.
        if row.testDescription != "RSV1 without compression (§5.2)" {
            #expect(decode(bytes, from: peer, deflate: DeflateParameters()) == row.expected)
        }
    }

    @Test("takes masked frames from a client only, and others from a server only (§5.1)")
    func masks() {
        for frame in [Frame.text("a"), .ping(), .text("a", isFinal: false)] {
            #expect(decode(frame.bytes(from: .server), from: .client) == [.failed(.notMasked)])
            #expect(decode(frame.bytes(from: .client), from: .server) == [.failed(.masked)])
            #expect(decode(Array(frame.bytes(from: .client).prefix(2)), from: .server) == [.failed(.masked)])
        }
    }

    @Test(
        "refuses a length that has a shorter form, or too high a bit (§5.2)",
        arguments: [
            ([126, 0, 125], .lengthNotMinimal), ([127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .lengthNotMinimal),
            ([127, 0x80, 0, 0, 0, 0, 0, 0, 0], .lengthTooLarge),
        ] as [([UInt8], ProtocolFailure)])
    func lengths(length: [UInt8], failure: ProtocolFailure) {
        let bytes = [0x82] + length
        #expect(decode(bytes, from: .server) == [.failed(failure)])
        #expect(differencesBetweenSplits(of: bytes) { decode(bytes, from: .server, pieces: $0) }.isEmpty)
    }

    @Test("names every failure but those of other layers in one of its tables")
    func isComplete() {
        let inTables = Set(
            invalid.compactMap { row -> ProtocolFailure? in
                if case .failed(let failure)? = row.expected.last { failure } else { nil }
            })
        let elsewhere: Set<ProtocolFailure> = [
            .notMasked, .masked, .lengthNotMinimal, .lengthTooLarge, .invalidCompression, .messageTooBig,
        ]
        #expect(Set(ProtocolFailure.allCases).subtracting(inTables).subtracting(elsewhere) == [.tooManyFrames])
    }

    @Test("fails at the bad byte of a text, not at the end of its frame or message", arguments: [Role.client, .server])
    func failsEarly(peer: Role) {
        // The bad byte is the third of a fragment of 1000, which would be followed by more.
        let start = Frame.text("κόσμε", isFinal: false).bytes(from: peer)
        let next = Frame.more([0x61, 0xCE, 0x28] + Array(repeating: 0x61, count: 997)).bytes(from: peer)
        let headerBytes = next.count - 1000
        var receiver = Receiver(from: peer)
        let before = receiver.receive(start + next.prefix(headerBytes + 2))
        #expect(before == [])
        let after = receiver.receive([next[headerBytes + 2]])
        #expect(after == [.failed(.invalidText)])
    }

    @Test("fails at the header, before any payload, wherever that suffices")
    func failsAtTheHeader() {
        for (frame, failure) in [
            (Frame.ping(longest + "p"), .controlTooLong), (.last("abc"), .unexpectedContinuation),
            (Frame(opcode: 1, reserved: 4, payload: [1]), .reservedBits),
        ] as [(Frame, ProtocolFailure)] {
            let header = frame.bytes(from: .server).dropLast(frame.payload.count)
            #expect(decode(Array(header), from: .server) == [.failed(failure)])
        }
    }

    @Test("hands out a whole message from where it lies, uncopied")
    func inPlace() {
        var decoder = MessageDecoder()
        var bytes = Frame.text("Hello").bytes(from: .client) + [0x81]
        bytes.withUnsafeMutableBytes { buffer in
            var input = buffer
            let rules = MessageRules(peer: .client, maxMessageBytes: 100)
            guard case .message(.text, let payload) = decoder.next(&input, rules: rules, compression: nil) else {
                Issue.record("a text was expected")
                return
            }
            #expect(payload.baseAddress == buffer.baseAddress.map { $0 + 6 })
            #expect(input.count == 1)
            let held = decoder.heldBytes
            #expect(held == 0)
        }
    }

    @Test("keeps nothing once a message has been taken", arguments: valid, [Role.client, .server])
    func idle(row: Conversation, peer: Role) {
        var isBetweenFragments = false
        var receiver = Receiver(from: peer)
        for frame in row.frames {
            for byte in frame.bytes(from: peer) { _ = receiver.receive([byte]) }
            _ = receiver.receive([])
            if frame.opcode < 8 { isBetweenFragments = !frame.isFinal }
            let (isIdle, held) = (receiver.decoder.isIdle, receiver.decoder.heldBytes)
            #expect(isIdle == !isBetweenFragments)
            if !isBetweenFragments { #expect(held == 0) }
        }
    }

    @Test("is not idle anywhere within a frame")
    func busy() {
        for frame in [Frame.text("Hello"), .ping("Hello"), .binary(Array(repeating: 7, count: 200))] {
            let bytes = frame.bytes(from: .client)
            for count in 1..<bytes.count {
                var receiver = Receiver(from: .client)
                _ = receiver.receive(bytes[..<count])
                let (early, held) = (receiver.decoder.isIdle, receiver.decoder.heldBytes)
                #expect(!early)
                #expect(held <= 256)
                let outputs = receiver.receive(bytes[count...])
                #expect(outputs.count == 1)
                let late = receiver.decoder.isIdle
                #expect(late)
            }
        }
    }

    @Test("counts the frames since it was last asked", arguments: [Role.client, .server])
    func frameCount(peer: Role) {
        let frames: [Frame] = [.text("a"), .text("b", isFinal: false), .ping(), .more([]), .last("c"), .pong("d")]
        var whole = Receiver(from: peer)
        var pieced = Receiver(from: peer)
        let bytes = bytes(of: frames, from: peer)
        _ = whole.receive(bytes)
        for byte in bytes { _ = pieced.receive([byte]) }
        let counts = [whole.decoder.takeFrameCount(), pieced.decoder.takeFrameCount()]
        let again = [whole.decoder.takeFrameCount(), pieced.decoder.takeFrameCount()]
        #expect(counts == [6, 6])
        #expect(again == [0, 0])
    }
}
