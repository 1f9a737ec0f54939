import Testing

@testable import WebSocket

/// `#expect` cannot look into what may not be copied.
private func contents(_ buffer: borrowing ByteBuffer) -> [UInt8] { Array(buffer.bytes) }

@Suite("A byte buffer")
struct ByteBufferTests {
    @Test("owns nothing while it is empty")
    func empty() {
        let buffer = ByteBuffer()
        let (count, capacity, isEmpty) = (buffer.count, buffer.capacity, buffer.isEmpty)
        let (bytes, room) = (buffer.bytes, buffer.bytesToFill)
        #expect(count == 0 && capacity == 0 && isEmpty)
        #expect(bytes.isEmpty && bytes.baseAddress == nil && room.isEmpty)
    }

    @Test("appends bytes, runs, literals and strings in order")
    func append() {
        var buffer = ByteBuffer(capacity: 3)
        buffer.append(0x61)
        [UInt8]("bc".utf8).withUnsafeBytes { buffer.append($0) }
        buffer.append("de")
        buffer.append(utf8: "fé")
        buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
        buffer.append(utf8: "")
        let (bytes, second) = (contents(buffer), buffer[1])
        #expect(bytes == Array("abcdefé".utf8))
        #expect(second == 0x62)
    }

    @Test("grows by half at least, so that a byte costs the same however many there are")
    func growth() {
        var buffer = ByteBuffer()
        var capacities: [Int] = []
        for index in 0..<20_000 {
            buffer.append(UInt8(truncatingIfNeeded: index))
            if capacities.last != buffer.capacity { capacities.append(buffer.capacity) }
        }
        let bytes = contents(buffer)
        #expect(bytes == (0..<20_000).map { UInt8(truncatingIfNeeded: $0) })
        #expect(capacities.first == 64)
        #expect(zip(capacities, capacities.dropFirst()).allSatisfy { $1 >= $0 + $0 / 2 })
        #expect(capacities.count < 20)
    }

    @Test("reserves what is asked for, once")
    func reserve() {
        var buffer = ByteBuffer(capacity: 1000)
        let first = (buffer.capacity, buffer.bytesToFill.count)
        #expect(first == (1000, 1000))
        buffer.append(1)
        buffer.reserve(999)
        let second = (buffer.capacity, buffer.bytesToFill.count)
        #expect(second == (1000, 999))
        buffer.reserve(5000)
        let (third, bytes) = (buffer.capacity, contents(buffer))
        #expect(third == 5001)
        #expect(bytes == [1])
    }

    @Test("is filled from outside")
    func fill() {
        var buffer = ByteBuffer(capacity: 64)
        buffer.append("ab")
        buffer.bytesToFill[0] = 0x63
        buffer.bytesToFill[1] = 0x64
        buffer.didFill(2)
        buffer.didFill(0)
        let bytes = contents(buffer)
        #expect(bytes == Array("abcd".utf8))
    }

    @Test("forgets from the front, at every place")
    func removeFirst() {
        let source = (0..<100).map(UInt8.init)
        for gone in 0...100 {
            var buffer = ByteBuffer()
            source.withUnsafeBytes { buffer.append($0) }
            let before = buffer.capacity
            buffer.removeFirst(gone)
            let (bytes, after) = (contents(buffer), buffer.capacity)
            #expect(bytes == Array(source[gone...]))
            #expect(before == after)
        }
    }

    @Test("forgets from the back, at every place")
    func truncate() {
        let source = (0..<100).map(UInt8.init)
        for kept in 0...100 {
            var buffer = ByteBuffer()
            source.withUnsafeBytes { buffer.append($0) }
            buffer.truncate(to: kept)
            buffer.append(0xFF)
            let bytes = contents(buffer)
            #expect(bytes == Array(source[..<kept]) + [0xFF])
        }
    }

    @Test(
        "gives its memory back unless it is to keep as much",
        arguments: [(0, 0), (499, 0), (500, 500), (501, 500), (.max, 500)])
    func removeAll(keeping: Int, left: Int) {
        var buffer = ByteBuffer(capacity: 500)
        buffer.append("text")
        buffer.removeAll(keepingCapacity: keeping)
        let (count, capacity) = (buffer.count, buffer.capacity)
        #expect(count == 0)
        #expect(capacity == left)
        buffer.append("again")
        let bytes = contents(buffer)
        #expect(bytes == Array("again".utf8))
    }

    @Test("gives nothing back when there is nothing")
    func removeNothing() {
        var buffer = ByteBuffer()
        buffer.removeAll()
        buffer.removeFirst(0)
        buffer.truncate(to: 0)
        let capacity = buffer.capacity
        #expect(capacity == 0)
    }
}
