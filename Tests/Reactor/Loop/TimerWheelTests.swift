import TestSupport
import Testing

@testable import Reactor

/// A wheel beside the plainest thing that does the same: a table of deadlines.
private struct WheelAndModel: ~Copyable {
    private static let timers = 200
    private var wheel: TimerWheel
    private let nodes: UnsafeMutablePointer<TimerNode>
    private var deadlines: [Int: Tick] = [:]
    private(set) var now: Tick

    init(now: Tick) {
        self.now = now
        wheel = TimerWheel(now: now)
        nodes = .allocate(capacity: Self.timers)
        nodes.initialize(repeating: TimerNode(), count: Self.timers)
    }

    deinit { nodes.deallocate() }

    mutating func link(_ index: Int, after ticks: Int) {
        let wanted = Tick(count: now.count &+ UInt32(truncatingIfNeeded: ticks))
        wheel.link(nodes + index, at: wanted)
        deadlines[index] = ticks > 0 ? wanted : Tick(count: now.count &+ 1)
    }

    mutating func unlink(_ index: Int) {
        wheel.unlink(nodes + index)
        deadlines[index] = nil
    }

    /// Goes on by so many ticks and takes what is due; unlinks some of the rest meanwhile. What was wrong, if anything.
    mutating func advance(by ticks: Int, _ random: inout SeededRandom) -> String? {
        now = Tick(count: now.count &+ UInt32(truncatingIfNeeded: ticks))
        while let node = wheel.popDue(now) {
            let index = node - nodes
            guard let deadline = deadlines.removeValue(forKey: index) else { return "timer \(index) was not linked" }
            if !now.isAtOrAfter(deadline) { return "timer \(index) is \(-now.since(deadline)) ticks early" }
            if node.pointee.isLinked { return "timer \(index) is still linked" }
            if random.oneIn(4), let due = deadlines.first(where: { now.isAtOrAfter($0.value) }) { unlink(due.key) }
        }
        if let late = deadlines.first(where: { now.isAtOrAfter($0.value) }) { return "timer \(late.key) is late" }
        return nil
    }

    /// What is wrong with the count or with the time until the next timer; only right after `advance`.
    func fault(limit: Int) -> String? {
        if wheel.count != deadlines.count { return "\(wheel.count) timers instead of \(deadlines.count)" }
        let ticks = wheel.ticksToNext(limit: limit)
        guard let earliest = deadlines.values.map({ $0.since(now) }).min() else {
            return ticks == nil ? nil : "\(ticks ?? 0) ticks to a timer that does not exist"
        }
        guard let ticks else { return "no ticks to a timer" }
        guard ticks >= 1, ticks <= max(1, limit) else { return "\(ticks) ticks with a limit of \(limit)" }
        return ticks > earliest ? "\(ticks) ticks to a timer that is due in \(earliest)" : nil
    }

    static func index(_ random: inout SeededRandom) -> Int { random.int(0...timers - 1) }
}

@Suite("The timer wheel")
struct TimerWheelTests {
    @Test(
        "fires what a table of deadlines says is due, whatever happens in between",
        arguments: [
            ("from the beginning", Tick(count: 0), 1), ("across the wrap", Tick(count: .max - 3000), 2),
            ("across the change of sign", Tick(count: UInt32(Int32.max) - 2000), 3),
        ])
    func againstModel(_ label: String, start: Tick, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var both = WheelAndModel(now: start)
        var faults: [String] = []
        for step in 0..<8000 where faults.isEmpty {
            for _ in 0..<random.int(0...3) {
                // Mostly within a turn of the wheel, some several turns ahead, some past.
                let far = random.oneIn(5)
                both.link(WheelAndModel.index(&random), after: random.int(far ? -5...9000 : 1...1100))
            }
            if random.oneIn(3) { both.unlink(WheelAndModel.index(&random)) }
            // Mostly a few ticks, at times a pause of more than a turn.
            let ticks = random.oneIn(100) ? random.int(1000...6000) : random.int(0...6)
            if let fault = both.advance(by: ticks, &random) ?? both.fault(limit: random.int(0...2000)) {
                faults.append("step \(step): \(fault)")
            }
        }
        #expect(faults == [])
    }

    @Test("a timer that is linked again moves")
    func relink() {
        var wheel = TimerWheel(now: Tick(count: 0))
        let node = UnsafeMutablePointer<TimerNode>.allocate(capacity: 1)
        defer { node.deallocate() }
        node.initialize(to: TimerNode())
        wheel.link(node, at: Tick(count: 5))
        wheel.link(node, at: Tick(count: 9))
        let (count, early, due) = (wheel.count, wheel.popDue(Tick(count: 8)), wheel.popDue(Tick(count: 9)))
        #expect(count == 1 && early == nil && due == node)
    }

    @Test("a timer that is unlinked twice, or was never linked, is no harm")
    func unlinkTwice() {
        var wheel = TimerWheel(now: Tick(count: 0))
        let node = UnsafeMutablePointer<TimerNode>.allocate(capacity: 1)
        defer { node.deallocate() }
        node.initialize(to: TimerNode())
        wheel.unlink(node)
        wheel.link(node, at: Tick(count: 5))
        wheel.unlink(node)
        wheel.unlink(node)
        let (count, ticks, due) = (wheel.count, wheel.ticksToNext(limit: 20), wheel.popDue(Tick(count: 100)))
        #expect(count == 0 && ticks == nil && due == nil)
    }
}

@Suite("A tick")
struct TickTests {
    @Test(
        "rounds a duration up, and is at least one tick ahead",
        arguments: [
            (Duration.zero, 1), (.seconds(-5), 1), (.milliseconds(-1), 1), (.milliseconds(1), 1),
            (.milliseconds(50), 1),
            (.milliseconds(51), 2), (.milliseconds(100), 2), (.seconds(1), 20), (.milliseconds(1001), 21),
            (.seconds(365 * 86_400), 365 * 86_400 * 20), (.seconds(Int64.max), 365 * 86_400 * 20),
        ])
    func rounding(_ duration: Duration, ticks: Int) {
        #expect(Tick(count: 7).after(duration).since(Tick(count: 7)) == ticks)
    }

    @Test("differences stay right across the wrap")
    func wrap() {
        let before = Tick(count: .max - 1)
        let after = before.after(.milliseconds(200))
        #expect(after.count == 2)
        #expect(after.since(before) == 4)
        #expect(before.since(after) == -4)
        #expect(after.isAtOrAfter(before) && before.isAtOrAfter(before) && !before.isAtOrAfter(after))
    }

    @Test("counts in steps of 50 ms", arguments: [(0, 0), (49, 0), (50, 1), (99, 1), (60_000, 1200)])
    func milliseconds(_ milliseconds: Int, count: UInt32) {
        #expect(Tick(milliseconds: milliseconds).count == count)
    }
}
