/// A place in the wheel, embedded in what it times. Plain memory: the owner keeps it at one address while it is linked.
struct TimerNode {
    fileprivate var next: UnsafeMutablePointer<TimerNode>?
    fileprivate var previous: UnsafeMutablePointer<TimerNode>?
    fileprivate(set) var deadline = Tick(count: 0)
    /// Which list holds it; `TimerNode.nowhere` when none does.
    fileprivate var list = TimerNode.nowhere

    fileprivate static let nowhere: UInt32 = .max
    var isLinked: Bool { list != Self.nowhere }

    init() {}
}

/// A hashed timing wheel (Varghese and Lauck, SOSP 1987, scheme 6): linking, unlinking and a tick cost a few
/// instructions, however many timers wait.
///
/// One timer a connection. It is not moved when the connection shows life: when it fires, its owner looks at what is
/// due by now and links it again. So a received message costs one store, not an unlinking and a linking.
struct TimerWheel: ~Copyable {
    /// A power of two. Deadlines beyond one turn (51 s) stay in their slot for several turns.
    private static let slotCount = 1024
    /// The list behind the slots holds what is due and was not popped yet.
    private static let dueList = slotCount
    private let lists: UnsafeMutablePointer<UnsafeMutablePointer<TimerNode>?>
    /// The last tick whose slot has been emptied of what was due.
    private var current: Tick
    private(set) var count = 0

    init(now: Tick) {
        lists = .allocate(capacity: Self.slotCount + 1)
        lists.initialize(repeating: nil, count: Self.slotCount + 1)
        current = now
    }

    deinit {
        lists.deallocate()
    }

    /// Links `node` to fire at `deadline`, or at the next tick when that is past; moves it when it is linked already.
    mutating func link(_ node: UnsafeMutablePointer<TimerNode>, at deadline: Tick) {
        unlink(node)
        let due = deadline.since(current) > 0 ? deadline : Tick(count: current.count &+ 1)
        node.pointee.deadline = due
        push(node, Self.slot(due))
        count += 1
    }

    mutating func unlink(_ node: UnsafeMutablePointer<TimerNode>) {
        guard node.pointee.isLinked else { return }
        detach(node)
        count -= 1
    }

    /// Takes the next timer that is due at `now`, unlinked; `nil` when none is left.
    mutating func popDue(_ now: Tick) -> UnsafeMutablePointer<TimerNode>? {
        // After a long pause one turn over all slots finds everything that is due.
        if now.since(current) > Self.slotCount { current = Tick(count: now.count &- UInt32(Self.slotCount)) }
        while lists[Self.dueList] == nil, now.since(current) > 0 {
            current = Tick(count: current.count &+ 1)
            var node = lists[Self.slot(current)]
            while let candidate = node {
                node = candidate.pointee.next
                guard now.isAtOrAfter(candidate.pointee.deadline) else { continue }
                detach(candidate)
                push(candidate, Self.dueList)
            }
        }
        guard let first = lists[Self.dueList] else { return nil }
        unlink(first)
        return first
    }

    /// Ticks from the last one looked at until a slot with a timer comes by, at most `limit`; `nil` when no timer
    /// waits.
    func ticksToNext(limit: Int) -> Int? {
        guard count > 0 else { return nil }
        let bound = max(1, min(limit, Self.slotCount))
        for ahead in 1..<bound where lists[Self.slot(Tick(count: current.count &+ UInt32(ahead)))] != nil {
            return ahead
        }
        return bound
    }

    private static func slot(_ tick: Tick) -> Int { Int(tick.count) & (slotCount - 1) }

    private func push(_ node: UnsafeMutablePointer<TimerNode>, _ list: Int) {
        let head = lists[list]
        head?.pointee.previous = node
        node.pointee.next = head
        node.pointee.previous = nil
        node.pointee.list = UInt32(truncatingIfNeeded: list)
        lists[list] = node
    }

    private func detach(_ node: UnsafeMutablePointer<TimerNode>) {
        let (next, previous) = (node.pointee.next, node.pointee.previous)
        next?.pointee.previous = previous
        if let previous {
            previous.pointee.next = next
        } else {
            lists[Int(node.pointee.list)] = next
        }
        node.pointee.list = TimerNode.nowhere
    }
}
