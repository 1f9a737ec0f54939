// What comes out, and when. First what became due is taken down; then, at most once in `coalescing`, everything that
// waits goes out together.

#if FOYER_MUTANTS
import Mutants
#endif

extension PresenceNode {
    /// When `tick` is to be called next; nil: not before something happens.
    package var nextTick: Duration? {
        var next = [flushAt, waiting.next, typing.nextDeadline].compactMap(\.self).min()
        func consider(_ moment: Duration) { next = min(next ?? moment, moment) }
        guard isTalking else { return next }
        consider(digestAt)
        if !isSettled { consider(settledAt) }
        for peer in peers.values { consider(peer.lastHeard + settings.silence) }
        return next
    }

    /// Gives out what follows from everything since the last call. Nothing, if called before `nextTick`.
    package mutating func tick(now: Duration) -> [PresenceOutput] {
        advance(to: now)
        guard let due = nextTick, due <= clock else { return [] }
        takeDown()
        // Only `flushAt` lets news out: if every deadline did, a thousand graces would be a thousand diffs.
        let isFlushing = flushAt.map { $0 <= clock } ?? false
        let told = (isFlushing ? own.takeDeltas(from: id) : []) + digestIfDue()
        guard isFlushing else { return publish(told) }
        flushAt = nil
        // Answers speak of what was told, so the news are told first.
        let news = told + answers() + questions() + typing.takeNews(from: id, now: clock)
        return publish(news) + diffs() + typing.takeDiffs()
    }

    /// Whatever became due by itself.
    private mutating func takeDown() {
        if isTalking {
            buryTheSilent()
            settle()
        }
        typing.expire(clock)
        if typing.hasNews { flushSoon() }
        takeWhatWaited()
    }

    private func publish(_ messages: [PresenceMessage]) -> [PresenceOutput] {
        isTalking ? messages.map(PresenceOutput.publish) : []
    }

    /// While the broker is away, and after the goodbye, nobody can be heard and nobody is declared dead.
    private var isTalking: Bool { isBrokerUp && !hasLeft }

    private mutating func buryTheSilent() {
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.ghostsStay) { return }
        #endif
        for (node, peer) in peers.sorted(by: { $0.key < $1.key })
        where peer.lastHeard + settings.silence <= clock {
            graves.bury(node, round: peer.round)
            remove(node, lastSign: peer.lastHeard)
        }
    }

    private mutating func settle() {
        guard !isSettled, settledAt <= clock else { return }
        isSettled = true
        for topic in watched.keys { touch(topic) }
    }

    private mutating func takeWhatWaited() {
        while let deadline = waiting.next, let item = waiting.popDue(clock) {
            switch item {
            case .grace(let topic, let person):
                // Whoever came back, or went again, has a later sign than this.
                watched[topic]?.mark(person, lastSign: deadline - settings.grace)
                touch(topic)
            case .answer(let node, let topic):
                watched[topic]?.replicas[node]?.isAsked = false
                if isTalking, watched[topic]?.replicas[node]?.isStale == true { askSoon(node, topic) }
            }
        }
    }

    private mutating func digestIfDue() -> [PresenceMessage] {
        guard isTalking, digestAt <= clock else { return [] }
        round &+= 1
        digestAt = clock + settings.digest
        return own.digest(from: id, round: round, now: clock, covering: settings.silence)
    }

    private mutating func answers() -> [PresenceMessage] {
        defer { toAnswer.removeAll() }
        return own.answers(from: id, to: toAnswer)
    }

    private mutating func questions() -> [PresenceMessage] {
        var messages: [PresenceMessage] = []
        for (node, topics) in toAsk.sorted(by: { $0.key < $1.key }) {
            var lines: [PresenceMessage.TopicVersion] = []
            for topic in topics.sorted() {
                guard let replica = watched[topic]?.replicas[node] else { continue }
                guard replica.isStale else {
                    // What was missing came late, but it came.
                    watched[topic]?.replicas[node]?.isAsked = false
                    continue
                }
                lines.append(PresenceMessage.TopicVersion(topic, replica.held))
                waiting.set(.answer(node, topic), at: clock + settings.askingAgain)
            }
            for start in stride(from: 0, to: lines.count, by: PresenceMessage.maxItems) {
                let part = Array(lines[start...].prefix(PresenceMessage.maxItems))
                messages.append(.ask(PresenceMessage.Ask(node: id, of: node, topics: part)))
            }
        }
        toAsk.removeAll()
        return messages
    }

    private mutating func diffs() -> [PresenceOutput] {
        var outputs: [PresenceOutput] = []
        for topic in touched.sorted() {
            // Taken out and put back, so that it is changed in place and never copied.
            guard var view = watched.removeValue(forKey: topic) else { continue }
            var diff = PresenceDiff(isComplete: isComplete(view))
            for (person, lastSign) in view.takeMarked() {
                entriesHandled += 1
                let graceEnd = view.show(
                    person, truth(of: person, in: topic, view), lastSign: lastSign, grace: settings.grace, now: clock,
                    in: &diff)
                if let graceEnd { waiting.set(.grace(topic, person), at: graceEnd) }
            }
            if view.isNews(diff) { outputs.append(.show(topic, diff)) }
            watched[topic] = view
        }
        touched.removeAll()
        return outputs
    }
}
