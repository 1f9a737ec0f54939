import TestSupport
import Testing

@testable import Presence

@Suite struct `The bytes of a message` {
    private static let node = NodeID(high: .max, low: 3)
    private static let far = TopicID(kind: 255, value: .min)

    private static let samples: [PresenceMessage] = [
        .digest(.init(node: node, round: 1, from: 2, to: .max, topics: [])),
        .digest(.init(node: node, round: .max, from: 0, to: 9, topics: [.init(lobby, 8), .init(far, 9)])),
        .delta(.init(node: node, topic: far, previous: 0, version: 1, entries: [])),
        .delta(
            .init(node: node, topic: lobby, previous: 4, version: 5, entries: [.init(anna, nil), .init(ben, idle)])),
        .ask(.init(node: node, of: NodeID(high: 0, low: 0), topics: [.init(ward, 0)])),
        .current(.init(node: node, at: 77, topics: [.init(ward, 76), .init(lobby, 0)])),
        .snapshot(
            .init(
                node: node, topic: lobby, version: 5, at: 6, part: 1, parts: 2,
                people: Attention.allCases.flatMap { attention in
                    DeviceKind.allCases.map { PersonStatus(anna, Status(attention, on: $0)) }
                })),
        .typing(
            .init(
                node: node, stamp: 3,
                changes: Audience.allCases.flatMap { audience in
                    [true, false].map { .init(lobby, Typist(ben, audience), isTyping: $0) }
                })),
        .goodbye(node),
    ]

    @Test(arguments: samples) func `say the same when they are read again`(message: PresenceMessage) {
        let bytes = message.encoded()
        #expect(PresenceMessage(decoding: bytes) == message)
        #expect(message.sender == Self.node)
    }

    @Test(arguments: samples) func `are refused when one is missing or one too many`(message: PresenceMessage) {
        let bytes = message.encoded()
        for count in bytes.indices { #expect(PresenceMessage(decoding: Array(bytes[..<count])) == nil) }
        #expect(PresenceMessage(decoding: bytes + [0]) == nil)
    }

    @Test(arguments: samples) func `have one form only, whatever bit is flipped`(message: PresenceMessage) {
        let bytes = message.encoded()
        for bit in 0..<(bytes.count * 8) {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            if let read = PresenceMessage(decoding: changed) {
                #expect(read.encoded() == changed)
                #expect(read != message)
            }
        }
    }

    @Test func `are refused or understood, but never trap, when they are noise`() {
        var random = SeededRandom(seed: 7)
        var understood = 0
        var node = PresenceNode(id: NodeID(high: 5, low: 5), now: .zero)
        node.watch(lobby, now: .zero)
        for round in 0..<60_000 {
            var bytes = random.bytes(random.int(0...90))
            // Most noise dies at the first byte: half of it begins as a message does, and half of that is a mutation.
            if round % 2 == 0, bytes.count > 2 { bytes.replaceSubrange(0..<2, with: [1, UInt8(random.int(0...9))]) }
            if round % 4 == 0 {
                bytes = Self.samples[random.int(0...Self.samples.count - 1)].encoded()
                for _ in 0...random.int(0...3) { bytes[random.int(2...bytes.count - 1)] = UInt8(random.int(0...255)) }
            }
            guard let message = PresenceMessage(decoding: bytes) else { continue }
            understood += 1
            #expect(message.encoded() == bytes)
            node.received(message, now: .milliseconds(round))
            _ = node.tick(now: .milliseconds(round))
        }
        #expect(understood > 5_000)
    }

    @Test(arguments: [
        ("an unknown format", 0, 2), ("an unknown kind", 1, 8), ("no kind", 1, 0),
    ]) func `are refused for the head`(what: String, index: Int, byte: UInt8) {
        var bytes = Self.samples[1].encoded()
        bytes[index] = byte
        #expect(PresenceMessage(decoding: bytes) == nil, "\(what)")
    }

    @Test(
        arguments: [
            .digest(.init(node: node, round: 1, from: 2, to: 1, topics: [])),
            .delta(.init(node: node, topic: lobby, previous: 5, version: 5, entries: [])),
            .snapshot(.init(node: node, topic: lobby, version: 6, at: 5, part: 0, parts: 1, people: [])),
            .snapshot(.init(node: node, topic: lobby, version: 5, at: 5, part: 1, parts: 1, people: [])),
            .snapshot(.init(node: node, topic: lobby, version: 5, at: 5, part: 0, parts: 0, people: [])),
            .snapshot(.init(node: node, topic: lobby, version: 5, at: 5, part: 0, parts: 1_025, people: [])),
        ] as [PresenceMessage]) func `are refused if what they say cannot be`(message: PresenceMessage)
    {
        #expect(PresenceMessage(decoding: message.encoded()) == nil)
    }

    @Test func `are few`() {
        let full = (0..<PresenceMessage.maxItems).map { index in
            PresenceMessage.TypingChange(
                lobby, Typist(PersonID(kind: 1, value: Int64(index)), .members), isTyping: true)
        }
        #expect(PresenceMessage.typing(.init(node: Self.node, stamp: 1, changes: full)).encoded().count < 20_000)
        let join = PresenceMessage.delta(
            .init(node: Self.node, topic: lobby, previous: 1, version: 2, entries: [.init(anna, visible)]))
        #expect(join.encoded().count == 55)
    }

    @Test func `one item too many is refused before room is made for it`() {
        var bytes = PresenceMessage.current(.init(node: Self.node, at: 1, topics: [])).encoded()
        bytes.removeLast(2)
        bytes += [0x04, 0x01] + [UInt8](repeating: 0, count: 1_025 * 17)
        #expect(PresenceMessage(decoding: bytes) == nil)
    }
}
