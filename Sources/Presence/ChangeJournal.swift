/// Which topics of this node changed lately, in the order of their versions: what a digest tells.
///
/// A digest covers everything since a moment at least `silence` ago. Whoever heard any digest within that time misses
/// nothing; whoever did not takes this node for dead and begins afresh.
struct ChangeJournal: Sendable {
    /// 16 bytes each. When more changes within `silence`, digests cover less, and receivers ask more.
    static let maxLines = 65_536

    struct Page: Equatable {
        let from: UInt64
        let to: UInt64
        let topics: [PresenceMessage.TopicVersion]
    }

    private var lines: [PresenceMessage.TopicVersion] = []
    private var marks: [(at: Duration, version: UInt64)] = []
    /// What changed up to here is no longer in `lines`.
    private var forgotten: UInt64 = 0

    mutating func note(_ topic: TopicID, _ version: UInt64) {
        if lines.count == Self.maxLines {
            let half = Self.maxLines / 2
            forgotten = lines[half - 1].version
            lines.removeFirst(half)
        }
        lines.append(PresenceMessage.TopicVersion(topic, version))
    }

    /// The pages of a digest at `version`, each with as many topics as a message may hold; at least one.
    mutating func pages(upTo version: UInt64, now: Duration, covering: Duration) -> [Page] {
        let isOld = marks.prefix { $0.at <= now - covering }.count
        if isOld > 0 {
            forget(upTo: marks[isOld - 1].version)
            marks.removeFirst(isOld - 1)
        }
        marks.append((now, version))

        var seen: Set<TopicID> = []
        let newest = Array(lines.reversed().filter { seen.insert($0.topic).inserted }.reversed())
        var pages: [Page] = []
        var from = forgotten
        var rest = newest[...]
        repeat {
            let topics = Array(rest.prefix(PresenceMessage.maxItems))
            rest = rest.dropFirst(topics.count)
            let to = rest.isEmpty ? version : topics[topics.count - 1].version
            pages.append(Page(from: from, to: to, topics: topics))
            from = to
        } while !rest.isEmpty
        return pages
    }

    private mutating func forget(upTo version: UInt64) {
        guard version > forgotten else { return }
        lines.removeFirst(lines.prefix { $0.version <= version }.count)
        forgotten = version
    }
}
