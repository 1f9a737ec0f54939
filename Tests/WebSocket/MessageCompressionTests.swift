import TestSupport
import Testing

@testable import WebSocket

private let forgetful = DeflateParameters(serverNoContextTakeover: true, clientNoContextTakeover: true)
private let allContexts = [(false, false), (false, true), (true, false), (true, true)].map {
    DeflateParameters(serverNoContextTakeover: $0.0, clientNoContextTakeover: $0.1)
}

private func compression(_ parameters: DeflateParameters, _ role: Role) -> MessageCompression {
    MessageCompression(parameters, role: role, policy: DeflatePolicy())
}

private func deflated(_ message: [UInt8], by engine: MessageCompression) -> [UInt8]? {
    var output = ByteBuffer()
    return message.withUnsafeBytes { engine.deflate($0, into: &output) } ? Array(output.bytes) : nil
}

private enum Inflated: Equatable {
    case message([UInt8])
    case failed(ProtocolFailure)
}

private func inflated(_ payload: [UInt8], by engine: MessageCompression, limit: Int = 1 << 20) -> Inflated {
    switch payload.withUnsafeBytes({ engine.inflate($0, limit: limit) }) {
    case .message(let bytes): .message(Array(bytes))
    case .failed(let failure): .failed(failure)
    }
}

@Suite("The compression of messages")
struct MessageCompressionTests {
    @Test("keeps its context from message to message exactly where that was agreed on", arguments: allContexts)
    func contextTakeover(parameters: DeflateParameters) throws {
        for (sender, forgets) in [
            (Role.server, parameters.serverNoContextTakeover), (.client, parameters.clientNoContextTakeover),
        ] {
            let writer = compression(parameters, sender)
            let reader = compression(parameters, sender == .server ? .client : .server)
            let message = sampleJSON(bytes: 2000)
            let first = try #require(deflated(message, by: writer))
            let second = try #require(deflated(message, by: writer))
            #expect(inflated(first, by: reader) == .message(message))
            #expect(inflated(second, by: reader) == .message(message))
            if forgets {
                #expect(second == first)
            } else {
                #expect(second.count < first.count / 4)
                // Without the first message the second makes no sense.
                let stranger = compression(parameters, sender == .server ? .client : .server)
                #expect(inflated(second, by: stranger) == .failed(.invalidCompression))
            }
        }
    }

    @Test("forgets what a peer wrote that promised to forget it: shared, it leaks nothing", arguments: allContexts)
    func forgets(parameters: DeflateParameters) {
        // RFC 7692 §7.2.3.2: the second "Hello" refers to the first.
        let first: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        let second: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00]
        let hello = Inflated.message(Array("Hello".utf8))
        for (reader, peerForgets) in [
            (Role.server, parameters.clientNoContextTakeover), (.client, parameters.serverNoContextTakeover),
        ] {
            let engine = compression(parameters, reader)
            #expect(inflated(first, by: engine) == hello)
            #expect(inflated(second, by: engine) == (peerForgets ? .failed(.invalidCompression) : hello))
        }
    }

    @Test("can be shared where neither side keeps a context", arguments: allContexts)
    func shareable(parameters: DeflateParameters) {
        #expect(MessageCompression.isShareable(parameters) == (parameters == forgetful))
    }

    @Test("works within each window", arguments: 9...15)
    func windows(bits: Int) throws {
        let parameters = DeflateParameters(serverMaxWindowBits: bits, clientMaxWindowBits: 24 - bits)
        let (server, client) = (compression(parameters, .server), compression(parameters, .client))
        let message = sampleJSON(bytes: 40_000)
        #expect(inflated(try #require(deflated(message, by: server)), by: client) == .message(message))
        #expect(inflated(try #require(deflated(message, by: client)), by: server) == .message(message))
    }

    @Test("has no compressor for the smallest window, but reads what others send")
    func smallestWindow() {
        let engine = compression(DeflateParameters(serverMaxWindowBits: 8), .server)
        #expect(deflated([0x61], by: engine) == nil)
        #expect(deflated([0x61], by: engine) == nil)
        #expect(inflated([0x00], by: engine) == .message([]))
    }

    @Test("holds the limit, and goes on after a failure when it is shared")
    func failures() throws {
        let engine = compression(forgetful, .server)
        let payload = try #require(deflated(sampleJSON(bytes: 5000), by: compression(forgetful, .client)))
        #expect(inflated(payload, by: engine, limit: 4999) == .failed(.messageTooBig))
        #expect(inflated([0x06], by: engine) == .failed(.invalidCompression))
        #expect(inflated(payload, by: engine, limit: 5000) == .message(sampleJSON(bytes: 5000)))
    }
}

@Suite("A message decoder with compression")
struct CompressedMessageTests {
    private func payload(_ message: [UInt8]) throws -> [UInt8] {
        try #require(deflated(message, by: compression(forgetful, .client)))
    }

    private func fragments(_ payload: [UInt8], opcode: UInt8 = 1) -> [Frame] {
        let third = payload.count / 3
        return [
            Frame(opcode: opcode, isFinal: false, reserved: Frame.rsv1, payload: Array(payload[..<third])),
            .ping("between"), .more(Array(payload[third..<2 * third])),
            .more(Array(payload[(2 * third)...]), isFinal: true),
        ]
    }

    @Test(
        "reads messages whole, in fragments and between plain ones, however they are cut",
        arguments: [Role.client, .server])
    func conversations(peer: Role) throws {
        let text = Array("Grüße an alle, alle, alle".utf8)
        let payload = try payload(text)
        let frames: [Frame] = [
            Frame(opcode: 1, reserved: Frame.rsv1, payload: payload), .text("plain"),
            Frame(opcode: 2, reserved: Frame.rsv1, payload: [0x00]),
        ]
        let bytes = bytes(of: frames + fragments(payload), from: peer)
        let expected: [Decoded] = [
            .message(.text, text), .text("plain"), .message(.binary, []), .ping("between"), .message(.text, text),
        ]
        #expect(decode(bytes, from: peer, deflate: forgetful) == expected)
        #expect(
            differencesBetweenSplits(of: bytes) { decode(bytes, from: peer, pieces: $0, deflate: forgetful) }.isEmpty)
    }

    @Test("refuses RSV1 on anything but the first frame of a message (RFC 7692 §6.1)", arguments: [UInt8(0), 8, 9, 10])
    func reserved(opcode: UInt8) throws {
        let start = Frame(opcode: 1, isFinal: false, reserved: Frame.rsv1, payload: try payload([0x61]))
        let bytes = bytes(of: [start, Frame(opcode: opcode, reserved: Frame.rsv1)], from: .client)
        #expect(decode(bytes, from: .client, deflate: forgetful) == [.failed(.reservedBits)])
    }

    @Test("refuses a message whose compression was not agreed on by the time it ends")
    func compressionWithdrawn() throws {
        var decoder = MessageDecoder()
        var bytes = Frame(opcode: 1, isFinal: false, reserved: Frame.rsv1).bytes(from: .server)
        var rest = Frame.last("a").bytes(from: .server)
        let rules = MessageRules(peer: .server, maxMessageBytes: 100)
        let first = bytes.withUnsafeMutableBytes { buffer in
            var input = buffer
            return Decoded(decoder.next(&input, rules: rules, compression: compression(forgetful, .client)))
        }
        let second = rest.withUnsafeMutableBytes { buffer in
            var input = buffer
            return Decoded(decoder.next(&input, rules: rules, compression: nil))
        }
        #expect(first == nil)
        #expect(second == .failed(.reservedBits))
    }

    @Test("refuses corrupt data, and text that is not UTF-8 once inflated")
    func corrupt() throws {
        for (payload, failure) in [
            ([], .invalidCompression), ([0x06], .invalidCompression), (try payload([0x61, 0xFF]), .invalidText),
            (try payload([0xC3]), .invalidText),
        ] as [([UInt8], ProtocolFailure)] {
            let bytes = Frame(opcode: 1, reserved: Frame.rsv1, payload: payload).bytes(from: .client)
            #expect(decode(bytes, from: .client, deflate: forgetful) == [.failed(failure)])
            let cut = { decode(bytes, from: .client, pieces: $0, deflate: forgetful) }
            #expect(differencesBetweenSplits(of: bytes, cut).isEmpty)
        }
    }

    @Test("limits what a message inflates to, and what it takes on the wire")
    func limits() throws {
        let message = sampleJSON(bytes: 3000)
        for bytes in [
            bytes(of: [Frame(opcode: 2, reserved: Frame.rsv1, payload: try payload(message))], from: .client),
            bytes(of: fragments(try payload(message), opcode: 2), from: .client),
        ] {
            let fits = decode(bytes, from: .client, maxMessageBytes: 3000, deflate: forgetful)
            let unlimited = decode(bytes, from: .client, maxMessageBytes: .max, deflate: forgetful)
            let above = decode(bytes, from: .client, maxMessageBytes: 2999, deflate: forgetful)
            #expect(fits.last == .message(.binary, message))
            #expect(unlimited == fits)
            #expect(above.last == .failed(.messageTooBig))
        }
        // 3,000 bytes that cannot be compressed take a little more; what is far above is refused by its header.
        var random = SeededRandom(seed: 7692)
        let noise = random.bytes(3000)
        let bytes = Frame(opcode: 2, reserved: Frame.rsv1, payload: try payload(noise)).bytes(from: .client)
        #expect(
            decode(bytes, from: .client, maxMessageBytes: 3000, deflate: forgetful) == [.message(.binary, noise)])
        for (count, expected) in [(3000 + 2 + 64, []), (3000 + 2 + 65, [.failed(.messageTooBig)])] as [(Int, [Decoded])]
        {
            let header = Frame.head(opcode: 2, reserved: Frame.rsv1, isMasked: false, count)
            #expect(decode(header, from: .server, maxMessageBytes: 3000, deflate: forgetful) == expected)
        }
    }
}
