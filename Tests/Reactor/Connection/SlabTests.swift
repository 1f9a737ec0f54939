import TestSupport
import Testing

@testable import Reactor

@Suite("The slab of connections")
struct SlabTests {
    @Test("an id names its connection until that is released, and nothing afterwards")
    func staleIDs() {
        var slab = Slab()
        let record = slab.take(descriptor: 3)
        let id = record.pointee.id
        let found = slab[id]
        #expect(found == record)
        slab.release(record)
        let stale = slab[id]
        #expect(stale == nil)
        let again = slab.take(descriptor: 4)
        let stillStale = slab[id]
        #expect(again == record, "the slot is used again")
        #expect(again.pointee.id.generation == id.generation + 1)
        #expect(stillStale == nil)
    }

    @Test("a new life knows nothing of the one before")
    func freshRecord() {
        var slab = Slab()
        let record = slab.take(descriptor: 3)
        record.pointee.phase = .webSocket
        record.pointee.flags = [.client, .dirty]
        record.pointee.context = 7
        record.pointee.outbox = Outbox(now: Tick(count: 1))
        slab.release(record)
        let next = slab.take(descriptor: 5)
        #expect(next.pointee.phase == .http && next.pointee.flags == [] && next.pointee.context == 0)
        #expect(next.pointee.outbox == nil && next.pointee.descriptor == 5)
    }

    @Test(
        "an id that was never given out names nothing",
        arguments: [
            ConnectionID(slot: 0, generation: 1), ConnectionID(slot: 127, generation: 0),
            ConnectionID(slot: 128, generation: 1), ConnectionID(slot: .max, generation: .max),
        ])
    func strangeIDs(_ id: ConnectionID) {
        var slab = Slab()
        let record = slab.take(descriptor: 3)
        slab.release(record)
        slab.release(slab.take(descriptor: 3))
        let found = slab[id]
        #expect(found == nil)
    }

    @Test("generations skip zero, which marks what is no connection")
    func generationWrap() {
        var slab = Slab()
        let record = slab.take(descriptor: 3)
        slab.release(record)
        record.pointee = ConnectionRecord(id: ConnectionID(slot: 0, generation: .max), descriptor: -1)
        let generation = slab.take(descriptor: 3).pointee.id.generation
        #expect(generation == 1)
    }

    @Test("an id survives the way through epoll's token", arguments: [0, 1, 0x8000_0000, UInt32.max])
    func tokens(_ number: UInt32) {
        let id = ConnectionID(slot: number, generation: ~number)
        #expect(ConnectionID(token: id.token) == id)
    }

    @Test("thousands come and go, each at an address of its own that does not change")
    func manyTakesAndReleases() {
        var random = SeededRandom(seed: 11)
        var slab = Slab()
        var living: [(id: ConnectionID, record: UnsafeMutablePointer<ConnectionRecord>)] = []
        var gone: [ConnectionID] = []
        var everTaken: Set<ConnectionID> = []
        for step in 0..<20_000 {
            if living.isEmpty || random.int(0...99) < (step < 10_000 ? 65 : 35) {
                let record = slab.take(descriptor: Int32(step))
                record.pointee.context = UInt64(step)
                everTaken.insert(record.pointee.id)
                living.append((record.pointee.id, record))
            } else {
                let (id, record) = living.remove(at: random.int(0...living.count - 1))
                slab.release(record)
                gone.append(id)
            }
        }
        var visited = 0
        slab.forEach { _ in visited += 1 }
        let count = slab.count
        #expect(count == living.count && visited == living.count)
        #expect(everTaken.count == living.count + gone.count, "no id is given out twice")
        var wrong = 0
        for (id, record) in living where slab[id] != record { wrong += 1 }
        for id in gone where slab[id] != nil { wrong += 1 }
        #expect(wrong == 0)
    }
}
