import CLinux
import WebSocket

/// When a connection's time is up. Deadlines follow from its state; nothing is scheduled or cancelled, so none can be
/// forgotten: the one timer of a connection fires no later than its deadline, and looks.
extension EventLoop {
    /// The next moment at which something is due for a connection, by its state now.
    func deadline(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Tick? {
        let since = record.pointee.since
        switch record.pointee.phase {
        case .dead:
            return nil
        case .connecting, .upgrading, .securing:
            return since.after(limits.handshakeTimeout)
        case .stream:
            // Silence is the receiver's own affair: only it knows what it waits for.
            return record.pointee.outbox?.lastProgress.after(limits.writeTimeout)
        case .lingering:
            return since.after(limits.closeTimeout)
        case .draining:
            return (record.pointee.outbox?.lastProgress ?? since).after(limits.writeTimeout)
        case .http:
            return requestDeadline(record)
        case .webSocket:
            // Our close frame may stand behind much that a slow peer still takes; its time begins when it is out.
            if !record.pointee.closing.isOpen, record.pointee.outbox == nil {
                return since.after(limits.closeTimeout)
            }
            let silence = record.pointee.closing.isOpen ? silenceDeadline(record) : nil
            guard let outbox = record.pointee.outbox else { return silence }
            let stall = outbox.lastProgress.after(limits.writeTimeout)
            guard let silence, stall.isAtOrAfter(silence) else { return stall }
            return silence
        }
    }

    private func silenceDeadline(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Tick? {
        // A peer that we do not read from is not silent: it waits for itself.
        guard !record.pointee.flags.contains(.pausesRead) else { return nil }
        let last = record.pointee.lastReceived
        let isPinged = record.pointee.flags.contains(.pinged)
        if pings, !isPinged { return last.after(limits.pingInterval) }
        guard limits.idleTimeout > .zero else { return nil }
        let idle = last.after(limits.idleTimeout)
        guard isPinged else { return idle }
        // If we were late to ping, because the loop or the machine was held up, the answer has its time all the same.
        let answer = record.pointee.since.after(limits.idleTimeout - limits.pingInterval)
        return idle.isAtOrAfter(answer) ? idle : answer
    }

    /// A ping that would come no earlier than the end of patience is none.
    private var pings: Bool {
        limits.pingInterval > .zero && (limits.idleTimeout == .zero || limits.pingInterval < limits.idleTimeout)
    }

    /// Sees to it that the timer fires no later than the deadline.
    func armTimer(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard let wakeUp = wakeUp(record) else { return }
        let node = timerNode(record)
        if node.pointee.isLinked, wakeUp.isAtOrAfter(node.pointee.deadline) { return }
        wheel.link(node, at: wakeUp)
    }

    /// The deadline, or earlier where what arrives may bring it forward: an answer to our ping makes the next ping due.
    private func wakeUp(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Tick? {
        let deadline = deadline(record)
        guard record.pointee.phase == .webSocket, record.pointee.flags.contains(.pinged) else { return deadline }
        let nextPing = now.after(limits.pingInterval)
        guard let deadline, nextPing.isAtOrAfter(deadline) else { return nextPing }
        return deadline
    }

    func fireTimers() {
        while let node = wheel.popDue(now) {
            // The node stands first in its record.
            let record = UnsafeMutableRawPointer(node).assumingMemoryBound(to: ConnectionRecord.self)
            if let deadline = deadline(record), now.isAtOrAfter(deadline) { expire(record) }
            armTimer(record)
        }
        wakeListeners()
    }

    func timerNode(_ record: UnsafeMutablePointer<ConnectionRecord>) -> UnsafeMutablePointer<TimerNode> {
        UnsafeMutableRawPointer(record).assumingMemoryBound(to: TimerNode.self)
    }

    /// Nothing was sent for as long as may be, and the peer has not even taken what the kernel keeps for it.
    func isStalled(_ record: UnsafeMutablePointer<ConnectionRecord>, _ outbox: Outbox) -> Bool {
        let waiting = Int(clinux_unacknowledged(record.pointee.descriptor))
        guard waiting >= 0, waiting < outbox.kernelBytes else { return true }
        outbox.kernelBytes = waiting
        outbox.lastProgress = now
        return false
    }

    private func expire(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        switch record.pointee.phase {
        case .dead:
            break
        case .connecting, .upgrading, .securing:
            if record.pointee.flags.contains(.stream) { streamTimedOut(record) }
            drop(record, .abnormal)
        case .stream:
            if let outbox = record.pointee.outbox, !isStalled(record, outbox) { return }
            streamTimedOut(record)
            drop(record, .abnormal)
        case .draining:
            if let outbox = record.pointee.outbox, !isStalled(record, outbox) { return }
            drop(record, .abnormal)
        case .lingering:
            drop(record, record.pointee.closeCode)
        case .http:
            requestExpired(record)
        case .webSocket:
            if let outbox = record.pointee.outbox, now.isAtOrAfter(outbox.lastProgress.after(limits.writeTimeout)) {
                // If it takes nothing, it would not take a close frame either.
                return isStalled(record, outbox) ? drop(record, .abnormal) : ()
            }
            if !record.pointee.closing.isOpen { return drop(record, record.pointee.closeCode) }
            guard pings, !record.pointee.flags.contains(.pinged) else { return drop(record, .abnormal) }
            record.pointee.flags.insert(.pinged)
            record.pointee.since = now
            sendControl(.ping, UnsafeRawBufferPointer(start: nil, count: 0), to: record)
        }
    }
}
