import TestSupport
import Testing

@testable import WebSocket

private let limit = 1000
private func run(_ count: Int) -> [UInt8] { Array(repeating: 0x61, count: count) }

struct LimitRow: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let frames: [Frame]
    /// The bytes of the message that comes out; nil: it is too big.
    let count: Int?

    init(_ label: String, _ frames: [Frame], _ count: Int?) {
        (testDescription, self.frames, self.count) = (label, frames, count)
    }
}

@Suite("The limit of a message's size")
struct MessageLimitTests {
    @Test(
        "holds for one frame, and for the sum of fragments",
        arguments: [
            LimitRow("a frame at the limit", [.binary(run(1000))], 1000),
            LimitRow("a frame above", [.binary(run(1001))], nil),
            LimitRow("a text at the limit", [Frame(opcode: 1, payload: run(1000))], 1000),
            LimitRow("a text above", [Frame(opcode: 1, payload: run(1001))], nil),
            LimitRow("fragments at the limit", [.binary(run(999), isFinal: false), .last("a")], 1000),
            LimitRow("fragments above", [.binary(run(999), isFinal: false), .last("aa")], nil),
            LimitRow(
                "an empty fragment at the limit", [.binary(run(1000), isFinal: false), .more([]), .last("")], 1000),
            LimitRow("one byte behind the limit", [.binary(run(1000), isFinal: false), .more([]), .last("a")], nil),
            LimitRow(
                "a control frame counts for nothing",
                [
                    .binary(run(900), isFinal: false), .ping(String(repeating: "p", count: 125)),
                    .more(run(100), isFinal: true),
                ],
                1000),
            LimitRow("the next message counts anew", [.binary(run(1000)), .binary(run(1000))], 1000),
        ],
        [Role.client, .server])
    func sizes(row: LimitRow, peer: Role) {
        let bytes = bytes(of: row.frames, from: peer)
        let outputs = decode(bytes, from: peer, maxMessageBytes: limit)
        if let count = row.count {
            guard case .message(_, let message)? = outputs.last else {
                Issue.record("\(outputs)")
                return
            }
            #expect(message == run(count))
        } else {
            #expect(outputs == [.failed(.messageTooBig)])
        }
        var random = SeededRandom(seed: 1009)
        for _ in 0..<10 {
            let pieces = random.pieces(of: bytes.count, longest: 300)
            #expect(decode(bytes, from: peer, pieces: pieces, maxMessageBytes: limit) == outputs)
        }
        let single = bytes.indices.map { $0..<$0 + 1 }
        #expect(decode(bytes, from: peer, pieces: single, maxMessageBytes: limit) == outputs)
    }

    @Test("may be nothing at all")
    func zero() {
        #expect(
            decode(Frame.binary([]).bytes(from: .server), from: .server, maxMessageBytes: 0) == [.message(.binary, [])])
        #expect(
            decode(Frame.text("a").bytes(from: .server), from: .server, maxMessageBytes: 0) == [.failed(.messageTooBig)]
        )
    }

    @Test(
        "refuses a message by its declared length, and keeps nothing of it",
        arguments: [1001, 65_536, 1 << 32, .max])
    func declaredLength(count: Int) {
        for (peer, key) in [(Role.client, [1, 2, 3, 4]), (.server, [])] as [(Role, [UInt8])] {
            let header = Frame.head(opcode: 2, isMasked: peer == .client, count) + key
            var whole = Receiver(from: peer, maxMessageBytes: limit)
            let atOnce = whole.receive(header)
            var pieced = Receiver(from: peer, maxMessageBytes: limit)
            let byteByByte = header.flatMap { pieced.receive([$0]) }
            #expect(atOnce == [.failed(.messageTooBig)])
            #expect(byteByByte == atOnce)
            let held = [whole.decoder.heldBytes, pieced.decoder.heldBytes]
            #expect(held == [0, 0])
        }
    }

    @Test("is no promise: memory goes by what has arrived, not by what was declared")
    func declaredWithoutLimit() {
        for opcode in [UInt8(1), 2] {
            var receiver = Receiver(from: .server, maxMessageBytes: .max)
            let header = receiver.receive(Frame.head(opcode: opcode, isMasked: false, .max))
            let afterHeader = receiver.decoder.heldBytes
            let payload = receiver.receive(run(100))
            let afterPayload = receiver.decoder.heldBytes
            #expect(header == [] && payload == [])
            #expect(afterHeader == 0)
            #expect(afterPayload <= 200)
        }
        // The sum of two fragments' lengths does not fit into an Int.
        let bytes =
            Frame.binary([1], isFinal: false).bytes(from: .server) + Frame.head(opcode: 0, isMasked: false, .max)
        #expect(decode(bytes, from: .server, maxMessageBytes: .max) == [.failed(.messageTooBig)])
    }

    @Test("grows in steps while a long message trickles in")
    func trickle() {
        var receiver = Receiver(from: .server)
        let count = 100_000
        _ = receiver.receive(Frame.head(opcode: 2, isMasked: false, count))
        var arrived = 0
        while arrived < count {
            let outputs = receiver.receive(run(500))
            arrived += 500
            if arrived == count {
                #expect(outputs == [.message(.binary, run(count))])
            } else {
                let held = receiver.decoder.heldBytes
                #expect(held <= max(64, arrived * 3 / 2))
            }
        }
        let held = receiver.decoder.heldBytes
        #expect(held == 0)
    }
}
