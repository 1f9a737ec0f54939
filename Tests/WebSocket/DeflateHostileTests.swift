import Testing

@testable import WebSocket

/// What `ByteBuffer` allocates at least.
private let smallestCapacity = 64

@Test(
    "A bomb is stopped while it inflates: never more memory than the limit and one byte",
    arguments: [
        0, 1, 63, 64, 1000, 4096, 65_536, 1_000_000,
    ])
func stopsABomb(limit: Int) throws {
    var deflater = try makeDeflater(level: 9)
    let bomb = deflated(Array(repeating: 0, count: 10_000_000), by: &deflater)
    #expect(bomb.count < 10_000)
    for size in [1, 100, bomb.count] {
        var inflater = try makeInflater()
        var output = ByteBuffer()
        let pieces = stride(from: 0, to: bomb.count, by: size).map { Array(bomb[$0..<min($0 + size, bomb.count)]) }
        let outcome = InflateOutcome.inflating(pieces, by: &inflater, into: &output, limit: limit)
        #expect(outcome == .tooBig)
        let (count, capacity) = (output.count, output.capacity)
        #expect(count <= limit)
        #expect(capacity <= max(limit + 1, smallestCapacity))
    }
}

@Test("The limit is the last size that fits", arguments: [1, 2, 512, 513, 514, 1024, 1026, 2000, 65_537, 200_000])
func keepsTheLimitExactly(size: Int) throws {
    let message = sampleJSON(bytes: size)
    var deflater = try makeDeflater()
    let payload = deflated(message, by: &deflater)
    var inflater = try makeInflater()
    #expect(inflated([payload], by: &inflater, limit: size) == message)
    inflater.reset()
    #expect(inflated([payload], by: &inflater, limit: size - 1) == nil)
    inflater.reset()
    #expect(inflated([payload], by: &inflater, limit: .max) == message)
    var full = ByteBuffer()
    full.append("four")
    inflater.reset()
    #expect(InflateOutcome.inflating([payload], by: &inflater, into: &full, limit: 3) == .tooBig)
}

@Test("Growing costs linear time and no more than twice the memory")
func growsInSteps() throws {
    var deflater = try makeDeflater()
    let message = Array(repeating: UInt8(0x20), count: 3_000_000)
    let payload = deflated(message, by: &deflater)
    var inflater = try makeInflater()
    var output = ByteBuffer()
    #expect(InflateOutcome.inflating([payload], by: &inflater, into: &output) == .consumed)
    let (count, capacity) = (output.count, output.capacity)
    #expect(count == message.count)
    #expect(capacity <= 2 * count + Inflater.maxGrowthBytes)
}

@Test("A message that ends too early is corrupt, wherever it was cut")
func refusesTruncation() throws {
    for message in [sampleJSON(bytes: 1500), Array("Hello".utf8), (0..<300).map { UInt8($0 % 251) }] {
        for level in [0, 1, 6] {
            var deflater = try makeDeflater(level: level)
            let payload = deflated(message, by: &deflater)
            // The first octet of a stored block is a whole message by itself (§7.2.3.6); nobody can tell.
            for end in 0..<payload.count where payload[..<end] != [0x00] {
                var inflater = try makeInflater()
                var output = ByteBuffer()
                let outcome = InflateOutcome.inflating([Array(payload[..<end])], by: &inflater, into: &output)
                #expect(outcome == .corrupt, "level \(level), cut at \(end) of \(payload.count)")
            }
        }
    }
}

@Test(
    "A message has to end between two blocks (§7.2.2)",
    arguments: [
        [],  // not even the header of an empty block (§7.2.3.6)
        [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],  // BFINAL without the octet of §7.2.3.4
        [0x00, 0x04, 0x00, 0xFB, 0xFF],  // a stored block that takes the tail for its content
        [0x00, 0x08, 0x00, 0xF7, 0xFF],  // … and wants more
        [0x01],  // the empty stored block has BFINAL set
        [0x06],  // the reserved block type
        [0xF2, 0x00, 0x11, 0x00, 0x00],  // refers to a message that never was
    ] as [[UInt8]])
func refusesUnfinishedMessages(payload: [UInt8]) throws {
    var inflater = try makeInflater()
    var output = ByteBuffer()
    #expect(InflateOutcome.inflating([payload], by: &inflater, into: &output) == .corrupt)
}

@Test("A flipped bit never traps, and whatever it decodes to keeps the limit")
func survivesFlippedBits() throws {
    var deflater = try makeDeflater()
    let payload = deflated(sampleJSON(bytes: 1000), by: &deflater)
    var inflater = try makeInflater()
    for index in payload.indices {
        for bit in 0..<8 {
            var broken = payload
            broken[index] ^= 1 << bit
            inflater.reset()
            var output = ByteBuffer()
            _ = InflateOutcome.inflating([broken], by: &inflater, into: &output, limit: 5000)
            let count = output.count
            #expect(count <= 5000)
        }
    }
    inflater.reset()
    #expect(inflated([payload], by: &inflater) == sampleJSON(bytes: 1000), "a reset heals everything")
}

@Test("Random bytes never trap, in one piece or in many, and the pieces do not matter")
func survivesRandomBytes() throws {
    var whole = try makeInflater()
    var pieced = try makeInflater(windowBits: 15)
    for _ in 0..<10_000 {
        let bytes = (0..<Int.random(in: 0...200)).map { _ in UInt8.random(in: 0...255) }
        whole.reset()
        pieced.reset()
        let cut = Int.random(in: 0...bytes.count)
        var wholeOutput = ByteBuffer()
        var piecedOutput = ByteBuffer()
        let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
        let outcome = InflateOutcome.inflating([bytes], by: &whole, into: &wholeOutput, limit: 10_000)
        let again = InflateOutcome.inflating(pieces, by: &pieced, into: &piecedOutput, limit: 10_000)
        #expect(outcome == again, "\(bytes) cut at \(cut)")
        let (count, sameBytes) = (wholeOutput.count, wholeOutput.bytes.elementsEqual(piecedOutput.bytes))
        #expect(count <= 10_000)
        #expect(sameBytes, "\(bytes) cut at \(cut)")
    }
}

@Test("A message of nothing but final blocks costs linear time")
func survivesManyFinalBlocks() throws {
    var inflater = try makeInflater()
    var deflater = try makeDeflater()
    // The window is full, so that saving and restoring it would show.
    #expect(inflated([deflated(sampleJSON(bytes: 100_000), by: &deflater)], by: &inflater) != nil)
    let finals = Array(repeating: [0x03, 0x00] as [UInt8], count: 500_000).flatMap { $0 }
    let start = ContinuousClock.now
    #expect(inflated([finals + [0x00]], by: &inflater) == [])
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(inflated([deflated(sampleJSON(bytes: 1000), by: &deflater)], by: &inflater) == sampleJSON(bytes: 1000))
}
