/// Something the application does on its loop at intervals.
struct Routine {
    let intervalTicks: UInt32
    var due: Tick
    let body: (EventLoop) -> Void
}

/// Something the application does once, later.
struct Alarm {
    let due: Tick
    let body: (EventLoop) -> Void
}

/// Work of the whole loop at intervals: one timer for all connections, not one for each.
///
/// There are a handful of routines at most, so they are looked through at each turn instead of standing in the wheel,
/// whose nodes belong to connections.
extension EventLoop {
    /// Calls `body` on the loop's thread at this interval, as long as the loop runs; rounded up to ticks of 50 ms.
    ///
    /// The rhythm is kept: a call that comes late does not delay the next. Calls that were missed altogether are not
    /// made up for.
    package func every(_ interval: Duration, _ body: @escaping (EventLoop) -> Void) {
        let due = now.after(interval)
        routines.append(Routine(intervalTicks: due.count &- now.count, due: due, body: body))
    }

    /// Calls `body` once on the loop's thread, not before this time is over; rounded up to ticks of 50 ms. For a handful
    /// at a time, like routines.
    package func after(_ delay: Duration, _ body: @escaping (EventLoop) -> Void) {
        alarms.append(Alarm(due: now.after(delay), body: body))
    }

    /// Calls `body` at the end of this turn, before what the turn has queued is written: for what is done once for all
    /// that a turn has brought.
    package func atEndOfTurn(_ body: @escaping (EventLoop) -> Void) { endings.append(body) }

    /// Ticks until the next routine or alarm is due, at least one; `nil` when there is none.
    func ticksToRoutine() -> Int? {
        guard !routines.isEmpty || !alarms.isEmpty else { return nil }
        let next = routines.lazy.map { max(1, $0.due.since(self.now)) }.min()
        return alarms.lazy.map { max(1, $0.due.since(self.now)) }.min().map { min($0, next ?? $0) } ?? next
    }

    func fireAlarms() {
        guard !alarms.isEmpty else { return }
        let due = alarms.filter { now.isAtOrAfter($0.due) }
        guard !due.isEmpty else { return }
        alarms.removeAll { now.isAtOrAfter($0.due) }
        for alarm in due { alarm.body(self) }
    }

    /// What is asked for meanwhile is done in the same turn.
    func endTurn() {
        while !endings.isEmpty {
            let bodies = endings
            endings.removeAll(keepingCapacity: true)
            for body in bodies { body(self) }
        }
    }

    func fireRoutines() {
        // A routine may add another: indices stay right, because none is ever removed.
        var index = 0
        while index < routines.count {
            let routine = routines[index]
            if now.isAtOrAfter(routine.due) {
                let next = Tick(count: routine.due.count &+ routine.intervalTicks)
                routines[index].due =
                    next.since(now) > 0 ? next : Tick(count: now.count &+ routine.intervalTicks)
                routine.body(self)
            }
            index += 1
        }
    }
}
