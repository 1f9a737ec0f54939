import WebSocket

/// Names a topic of one loop. Not to be kept beyond the last subscription.
package struct TopicIndex: Hashable, Sendable {
    let value: UInt32
}

/// Names a subscription of one loop; `none` ends a connection's list.
struct SubscriptionIndex: Equatable {
    let value: UInt32
    static let none = SubscriptionIndex(value: .max)
}

/// Who receives what is published: for each topic a flat array of record addresses, so that a delivery is a load and a
/// system call; for each connection a list through a pool of small links, so that it can be taken out of every topic
/// when it ends, in constant time each.
///
/// What is published within one turn of the loop is collected, already framed, and written to each subscriber once.
struct TopicTable: ~Copyable {
    struct Subscriber {
        let record: UnsafeMutablePointer<ConnectionRecord>
        let subscription: SubscriptionIndex
    }

    /// A topic somebody on this loop watches.
    final class Topic {
        let name: String
        fileprivate(set) var subscribers: [Subscriber] = []
        /// Frames published in this turn, as peers without compression read them …
        var frames = ByteBuffer()
        /// … and as those read them who share the loop's compressor; empty unless `deflateSubscribers` is positive.
        var deflatedFrames = ByteBuffer()
        fileprivate(set) var deflateSubscribers = 0
        var isDirty = false

        init(name: String) { self.name = name }
    }

    private struct Link {
        var topic: TopicIndex
        var position: UInt32
        /// The next subscription of the same connection, or the next vacant link.
        var next: SubscriptionIndex
    }

    private var topics: [Topic?] = []
    private var vacantTopics: [UInt32] = []
    private var byName: [String: TopicIndex] = [:]
    private var links: [Link] = []
    private var vacantLink = SubscriptionIndex.none

    var count: Int { byName.count }

    func index(of name: String) -> TopicIndex? { byName[name] }

    @inline(__always)
    subscript(index: TopicIndex) -> Topic? {
        index.value < topics.count ? topics[Int(index.value)] : nil
    }

    /// The topic with this name, made if nobody watched it.
    mutating func open(_ name: String) -> TopicIndex {
        if let known = byName[name] { return known }
        let topic = Topic(name: name)
        let index: TopicIndex
        if let vacant = vacantTopics.popLast() {
            topics[Int(vacant)] = topic
            index = TopicIndex(value: vacant)
        } else {
            index = TopicIndex(value: UInt32(truncatingIfNeeded: topics.count))
            topics.append(topic)
        }
        byName[name] = index
        return index
    }

    func isSubscribed(_ record: UnsafeMutablePointer<ConnectionRecord>, to index: TopicIndex) -> Bool {
        var at = record.pointee.firstSubscription
        while at != .none {
            if links[Int(at.value)].topic == index { return true }
            at = links[Int(at.value)].next
        }
        return false
    }

    mutating func subscribe(_ record: UnsafeMutablePointer<ConnectionRecord>, to index: TopicIndex) {
        guard let topic = self[index], !isSubscribed(record, to: index) else { return }
        let link = Link(
            topic: index, position: UInt32(truncatingIfNeeded: topic.subscribers.count),
            next: record.pointee.firstSubscription)
        let at = place(link)
        record.pointee.firstSubscription = at
        topic.subscribers.append(Subscriber(record: record, subscription: at))
        if record.pointee.flags.contains(.sharesDeflate) { topic.deflateSubscribers += 1 }
    }

    mutating func unsubscribe(_ record: UnsafeMutablePointer<ConnectionRecord>, from index: TopicIndex) {
        var previous = SubscriptionIndex.none
        var at = record.pointee.firstSubscription
        while at != .none {
            let link = links[Int(at.value)]
            if link.topic == index {
                if previous == .none {
                    record.pointee.firstSubscription = link.next
                } else {
                    links[Int(previous.value)].next = link.next
                }
                remove(at, of: record)
                return
            }
            (previous, at) = (at, link.next)
        }
    }

    mutating func unsubscribeFromAll(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        while record.pointee.firstSubscription != .none {
            let at = record.pointee.firstSubscription
            record.pointee.firstSubscription = links[Int(at.value)].next
            remove(at, of: record)
        }
    }

    private mutating func place(_ link: Link) -> SubscriptionIndex {
        guard vacantLink != .none else {
            links.append(link)
            return SubscriptionIndex(value: UInt32(truncatingIfNeeded: links.count - 1))
        }
        let at = vacantLink
        vacantLink = links[Int(at.value)].next
        links[Int(at.value)] = link
        return at
    }

    /// Takes an unlinked subscription out of its topic; the last subscriber moves into its place.
    private mutating func remove(_ at: SubscriptionIndex, of record: UnsafeMutablePointer<ConnectionRecord>) {
        let link = links[Int(at.value)]
        links[Int(at.value)].next = vacantLink
        vacantLink = at
        guard let topic = self[link.topic] else { return }
        if record.pointee.flags.contains(.sharesDeflate) { topic.deflateSubscribers -= 1 }
        let last = topic.subscribers.removeLast()
        if Int(link.position) < topic.subscribers.count {
            topic.subscribers[Int(link.position)] = last
            links[Int(last.subscription.value)].position = link.position
        }
        if topic.subscribers.isEmpty, !topic.isDirty { close(link.topic, topic) }
    }

    /// Forgets a topic that nobody watches.
    mutating func closeIfEmpty(_ index: TopicIndex) {
        guard let topic = self[index], topic.subscribers.isEmpty else { return }
        close(index, topic)
    }

    private mutating func close(_ index: TopicIndex, _ topic: Topic) {
        byName[topic.name] = nil
        topics[Int(index.value)] = nil
        vacantTopics.append(index.value)
    }
}
