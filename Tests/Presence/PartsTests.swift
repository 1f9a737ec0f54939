import TestSupport
import Testing

@testable import Presence

@Suite struct `The journal of changes` {
    private static func topic(_ number: Int) -> TopicID { TopicID(kind: 0, value: Int64(number)) }

    @Test func `a digest covers what changed since the silence, each topic once, by its newest version`() {
        var journal = ChangeJournal()
        journal.note(lobby, 1)
        journal.note(ward, 2)
        journal.note(lobby, 3)
        let first = journal.pages(upTo: 3, now: .seconds(0), covering: .seconds(15))
        #expect(first == [.init(from: 0, to: 3, topics: [.init(ward, 2), .init(lobby, 3)])])
        journal.note(ward, 4)
        let covered = journal.pages(upTo: 4, now: .seconds(14), covering: .seconds(15))
        #expect(covered == [.init(from: 0, to: 4, topics: [.init(lobby, 3), .init(ward, 4)])])
        let later = journal.pages(upTo: 4, now: .seconds(15), covering: .seconds(15))
        #expect(later == [.init(from: 3, to: 4, topics: [.init(ward, 4)])])
        let quiet = journal.pages(upTo: 4, now: .seconds(60), covering: .seconds(15))
        #expect(quiet == [.init(from: 4, to: 4, topics: [])])
    }

    @Test func `a long digest comes in pages that follow each other`() {
        var journal = ChangeJournal()
        for number in 1...2_500 { journal.note(Self.topic(number), UInt64(number)) }
        let pages = journal.pages(upTo: 2_500, now: .zero, covering: .seconds(15))
        #expect(pages.map(\.from) == [0, 1_024, 2_048])
        #expect(pages.map(\.to) == [1_024, 2_048, 2_500])
        #expect(pages.map(\.topics.count) == [1_024, 1_024, 452])
    }

    @Test func `a journal that is full forgets, and says so`() {
        var journal = ChangeJournal()
        let count = ChangeJournal.maxLines + 1
        for number in 1...count { journal.note(Self.topic(number), UInt64(number)) }
        let pages = journal.pages(upTo: UInt64(count), now: .zero, covering: .seconds(15))
        #expect(pages.first?.from == UInt64(ChangeJournal.maxLines / 2))
        #expect(pages.first?.topics.first?.version == UInt64(ChangeJournal.maxLines / 2 + 1))
    }
}

/// The order of a dictionary differs from process to process: a seed would not repeat its run.
@Suite struct `Everything that is given out is sorted` {
    @Test func `news and diffs`() {
        var cluster = Cluster(2, seed: 8)
        let topics = (1...40).map { TopicID(kind: UInt8($0 % 3), value: Int64($0 * 7_919 % 97)) }
        for (index, topic) in topics.enumerated() {
            cluster.watch(0, topic)
            cluster.watch(1, topic)
            for number in 0..<20 {
                let person = PersonID(kind: 1, value: Int64(number * 7_919 % 89))
                cluster.connect(0, UInt64(index * 20 + number), person, online, in: [topic])
                cluster.with(0) { $0.typed(SocketID(UInt64(index * 20 + number)), topic, for: .everyone, now: $1) }
            }
        }
        let outputs = cluster.outputs(of: 0, after: .milliseconds(200))
        let deltas: [PresenceMessage.Delta] = outputs.compactMap {
            if case .publish(.delta(let delta)) = $0 { delta } else { nil }
        }
        let news: [PresenceMessage.TypingNews] = outputs.compactMap {
            if case .publish(.typing(let news)) = $0 { news } else { nil }
        }
        let shown: [(TopicID, PresenceDiff)] = outputs.compactMap {
            if case .show(let topic, let diff) = $0 { (topic, diff) } else { nil }
        }
        let typing: [(TopicID, TypingDiff)] = outputs.compactMap {
            if case .showTyping(let topic, let diff) = $0 { (topic, diff) } else { nil }
        }
        #expect(deltas.map(\.topic) == topics.sorted())
        #expect(deltas.allSatisfy { isSorted($0.entries.map(\.person), 20) })
        #expect(news.count == 1 && isSorted(news[0].changes.map(\.topic), 800))
        #expect(shown.map(\.0) == topics.sorted())
        #expect(shown.allSatisfy { isSorted($0.1.joined.map(\.person), 20) })
        #expect(typing.map(\.0) == topics.sorted())
        #expect(typing.allSatisfy { isSorted($0.1.started, 20) })
    }

    @Test func `questions and answers`() {
        var cluster = Cluster(3, seed: 8)
        let topics = (1...40).map { TopicID(kind: UInt8($0 % 3), value: Int64($0 * 7_919 % 97)) }
        for (index, topic) in topics.enumerated() where index % 2 == 0 {
            for number in 0..<20 {
                let person = PersonID(kind: 1, value: Int64(number * 7_919 % 89))
                cluster.connect(0, UInt64(index * 20 + number), person, online, in: [topic])
            }
        }
        cluster.run(for: .seconds(7))
        let before = cluster.published.count
        for topic in topics { cluster.watch(1, topic) }
        cluster.run(for: .milliseconds(300))
        var asked: [NodeID] = []
        var snapshots: [TopicID] = []
        for message in cluster.published[before...] {
            switch message {
            case .ask(let ask):
                asked.append(ask.of)
                #expect(isSorted(ask.topics.map(\.topic), 40))
            case .current(let current):
                #expect(isSorted(current.topics.map(\.topic), current.node == cluster.hosts[0].node.id ? 20 : 40))
            case .snapshot(let snapshot):
                snapshots.append(snapshot.topic)
                #expect(isSorted(snapshot.people.map(\.person), 20))
            case .digest, .delta, .typing, .goodbye: break
            }
        }
        #expect(isSorted(asked, 2))
        #expect(isSorted(snapshots, 20))
    }

    private func isSorted<Item: Comparable>(_ items: [Item], _ count: Int) -> Bool {
        items.count == count && items == items.sorted()
    }
}

@Suite struct `A heap of deadlines` {
    @Test func `gives what is due, in order, and equals in the order of setting`() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<200 {
            var deadlines = Deadlines<Int>()
            let dues = (0..<random.int(0...40)).map { _ in random.int(0...9) }
            for (index, due) in dues.enumerated() { deadlines.set(index, at: .seconds(due)) }
            #expect(deadlines.next == dues.min().map(Duration.seconds))
            let now = random.int(0...9)
            var taken: [Int] = []
            while let item = deadlines.popDue(.seconds(now)) { taken.append(item) }
            let expected = dues.indices.filter { dues[$0] <= now }.sorted { (dues[$0], $0) < (dues[$1], $1) }
            #expect(taken == expected)
        }
    }
}

@Suite struct `The graves of nodes` {
    @Test func `let return who was cut off, never who said goodbye, and are bounded`() {
        var graves = Graves()
        let node = NodeID(high: 0, low: 0)
        #expect(graves.mayReturn(node, round: 1))
        graves.bury(node, round: 5)
        #expect(!graves.mayReturn(node, round: 5))
        #expect(graves.mayReturn(node, round: 6))
        graves.bury(node, round: nil)
        graves.bury(node, round: 7)
        #expect(!graves.mayReturn(node, round: .max))
        for low in 1...UInt64(Graves.maxGraves) { graves.bury(NodeID(high: 0, low: low), round: 1) }
        #expect(graves.mayReturn(node, round: 1))
    }
}
