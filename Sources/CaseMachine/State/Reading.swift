#if FOYER_MUTANTS
import Mutants
#endif

/// How far one side has come in its own numbers, and what it has not seen yet.
package struct Reading: Hashable, Sendable {
    package private(set) var deliveredUpTo: Int64 = 0
    package private(set) var seenUpTo: Int64 = 0
    /// The unseen streak: what wants to be seen and was not, oldest first.
    package private(set) var unseen: [Unseen] = []
    /// A notice went out for what is unseen up to here; 0 if none did, or once all of that was seen.
    package private(set) var noticedUpTo: Int64 = 0

    /// A streak keeps this many beginnings apart. Later ones share the last place, with the earlier time: a partly seen
    /// streak may then be noticed early, never late, and never if all of it was seen.
    package static let longestStreak = 16

    package struct Unseen: Hashable, Sendable {
        package fileprivate(set) var number: Int64
        package fileprivate(set) var at: Timestamp
        /// Stands for later ones, too.
        package fileprivate(set) var isShared = false
    }

    package init() {}

    /// Not always the first one's moment: what was unseen in a room that was merged into this one may be older.
    package var streakBegan: Timestamp? { unseen.lazy.map(\.at).min() }
    /// What came later belongs to a streak that was noticed, as long as any of that is unseen.
    package var wasNoticed: Bool { noticedUpTo > 0 }

    mutating func add(_ number: Int64, at moment: Timestamp) {
        if unseen.count < Self.longestStreak {
            unseen.append(Unseen(number: number, at: moment))
        } else {
            unseen[unseen.count - 1].number = number
            unseen[unseen.count - 1].at = min(moment, unseen[unseen.count - 1].at)
            unseen[unseen.count - 1].isShared = true
        }
    }

    /// The streak of a merged room goes on at the event that says so. One that was noticed there is not noticed again,
    /// unless something here wants a notice anyway.
    mutating func carryOn(_ streak: Absorption.Streak, at number: Int64) {
        let isAllNoticed = streak.wasNoticed && unseen.isEmpty
        add(number, at: streak.began)
        if isAllNoticed { notice(upTo: number) }
    }

    /// What was unseen while nobody was to be noticed is not overdue at once.
    mutating func beginAnew(at moment: Timestamp) {
        for place in unseen.indices { unseen[place].at = max(moment, unseen[place].at) }
    }

    mutating func see(upTo number: Int64) {
        seenUpTo = max(seenUpTo, number)
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.cursorMovesBack) { seenUpTo = number }
        #endif
        deliver(upTo: number)
        unseen.removeAll { $0.number <= number }
        endNoticedStreak()
    }

    mutating func deliver(upTo number: Int64) { deliveredUpTo = max(deliveredUpTo, number) }

    /// What was deleted cannot be seen any more. One that shares its place stays until it is seen.
    mutating func forget(_ number: Int64) {
        unseen.removeAll { $0.number == number && !$0.isShared }
        endNoticedStreak()
    }

    mutating func notice(upTo number: Int64) {
        noticedUpTo = number
        endNoticedStreak()
    }

    private mutating func endNoticedStreak() {
        if !unseen.contains(where: { $0.number <= noticedUpTo }) { noticedUpTo = 0 }
    }
}

extension Reading {
    func pack(into packer: inout Packer) {
        packer.write(deliveredUpTo)
        packer.write(seenUpTo)
        packer.write(unseen) { packer, unseen in
            packer.write(unseen.number)
            packer.write(unseen.at)
            packer.write(unseen.isShared)
        }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.noticeForgotten) { return packer.write(Int64(0)) }
        #endif
        packer.write(noticedUpTo)
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        deliveredUpTo = try unpacker.number()
        seenUpTo = try unpacker.number()
        unseen = try unpacker.list { (unpacker) throws(ShapeError) in
            Unseen(number: try unpacker.number(), at: try unpacker.moment(), isShared: try unpacker.flag())
        }
        noticedUpTo = try unpacker.number()
        guard unseen.count <= Self.longestStreak else { throw .damaged }
    }
}
