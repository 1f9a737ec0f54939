import TestSupport
import Testing

@testable import Reactor

/// A table of topics beside sets of numbers.
private struct TableAndModel: ~Copyable {
    static let names = (0..<12).map { "room \($0)" }
    private(set) var table = TopicTable()
    private var slab = Slab()
    private var records: [UnsafeMutablePointer<ConnectionRecord>] = []
    private var members: [String: Set<Int>] = [:]

    init(connections: Int) {
        for index in 0..<connections {
            let record = slab.take(descriptor: Int32(index))
            if index.isMultiple(of: 3) { record.pointee.flags.insert(.sharesDeflate) }
            records.append(record)
        }
    }

    mutating func subscribe(_ index: Int, _ name: String) {
        table.subscribe(records[index], to: table.open(name))
        members[name, default: []].insert(index)
    }

    mutating func unsubscribe(_ index: Int, _ name: String) {
        if let topic = table.index(of: name) { table.unsubscribe(records[index], from: topic) }
        members[name]?.remove(index)
    }

    mutating func unsubscribeFromAll(_ index: Int) {
        table.unsubscribeFromAll(records[index])
        for name in Self.names { members[name]?.remove(index) }
    }

    /// How the table differs from the model.
    func fault() -> String? {
        let watched = members.filter { !$0.value.isEmpty }
        if table.count != watched.count { return "\(table.count) topics instead of \(watched.count)" }
        for name in Self.names {
            let expected = members[name] ?? []
            guard let index = table.index(of: name), let topic = table[index] else {
                if !expected.isEmpty { return "\(name) is missing" }
                continue
            }
            let found = topic.subscribers.compactMap { records.firstIndex(of: $0.record) }
            if found.count != expected.count || Set(found) != expected { return "\(name) has \(found)" }
            if topic.deflateSubscribers != expected.count(where: { $0.isMultiple(of: 3) }) {
                return "\(name) counts \(topic.deflateSubscribers) that compress"
            }
            for number in records.indices
            where table.isSubscribed(records[number], to: index) != expected.contains(number) {
                return "\(number) and \(name) disagree"
            }
        }
        return nil
    }
}

@Suite("The table of topics")
struct TopicTableTests {
    @Test("holds who subscribed and has not left, whatever the order", arguments: [31, 32, 33])
    func againstModel(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var both = TableAndModel(connections: 25)
        var faults: [String] = []
        for step in 0..<3000 where faults.isEmpty {
            let connection = random.int(0...24)
            let name = TableAndModel.names[random.int(0...TableAndModel.names.count - 1)]
            switch random.int(0...20) {
            case 0...10: both.subscribe(connection, name)
            case 11...18: both.unsubscribe(connection, name)
            default: both.unsubscribeFromAll(connection)
            }
            if let fault = both.fault() { faults.append("step \(step): \(fault)") }
        }
        #expect(faults == [])
    }

    @Test("a topic with something to deliver outlives its last subscriber until that is out")
    func dirtyTopic() {
        var table = TopicTable()
        var slab = Slab()
        let record = slab.take(descriptor: 1)
        let index = table.open("room")
        table.subscribe(record, to: index)
        table[index]?.isDirty = true
        table.unsubscribeFromAll(record)
        let (kept, name) = (table[index] != nil, table.index(of: "room"))
        #expect(kept && name == index)
        table[index]?.isDirty = false
        table.closeIfEmpty(index)
        let (gone, count) = (table[index] == nil, table.count)
        #expect(gone && count == 0)
    }

    @Test("an index that names no topic is answered with none")
    func strangeIndex() {
        var table = TopicTable()
        var slab = Slab()
        let record = slab.take(descriptor: 1)
        table.subscribe(record, to: TopicIndex(value: 5))
        table.unsubscribe(record, from: TopicIndex(value: 5))
        table.closeIfEmpty(TopicIndex(value: 5))
        let topic = table[TopicIndex(value: 5)] == nil
        #expect(topic && record.pointee.firstSubscription == .none)
    }
}
