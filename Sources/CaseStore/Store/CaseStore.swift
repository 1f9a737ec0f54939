package import CaseMachine

/// The durable side: the log of every case, its row, and what has to leave the building because of it.
///
/// Two real stores stand behind it (SQLite here, PostgreSQL for many nodes), and the simulation's, which fails on demand;
/// one contract suite holds for all of them. Every call blocks. `commit` is called from one thread at a time, and so is
/// `prepare`; the reads may be called from any thread at any time.
///
/// **Durable means durable**: what `commit` has answered with `.stored` survives the loss of power.
package protocol CaseStore: CaseOutbox {
    /// A unit as the tables will hold it: packed and sealed.
    associatedtype Prepared: Sendable

    /// Packs and seals, which costs more than all the rest of a decision: apart from `commit`, so that one batch is
    /// prepared while the one before it is being written. A unit that cannot be prepared hurts itself alone.
    func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<Prepared, CaseTrouble>]

    /// One transaction for all units. Each stands by itself: where one meets a conflict, or a key that is known, it leaves
    /// no trace, and the others are stored. The answers are in the order of the units.
    ///
    /// A case's end takes the rooms along that were merged into it (`Fact.erased`): they are erased in the same
    /// transaction, whatever their versions.
    ///
    /// Throws when nothing was stored, or when nobody knows (`StoreError`).
    func commit(_ units: [Prepared]) throws(StoreError) -> [CommitOutcome]

    /// Makes unreadable what was erased by a commit: destroys the keys, removes the contents, also what the outbox has of
    /// them. At most `limit` cases; answers how many are left. Repeated until that is 0, also at every start. Readers are
    /// told `.erased` from the commit on.
    func finishErasing(limit: Int) throws(StoreError) -> Int

    /// The cases as they are, in the order of the ids.
    func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>]

    /// The cases that the outside calls by these names, in their order.
    func load(named names: [PublicID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>]

    /// What became of the command of this key.
    func answer(to name: KeyName, fingerprint: UInt64) throws(StoreError) -> KeyAnswer

    /// One event, by its number for the reader; nil if there is none that the reader may see.
    func event(_ number: Int64, of id: CaseID, for reader: Side) throws(StoreError) -> Result<StoredEvent?, CaseTrouble>

    /// At most `limit` events with numbers greater than `after`, and the head, in one snapshot.
    func events(
        of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws(StoreError) -> Result<EventPage, CaseTrouble>

    /// The guest's number of the newest event that a guest sees and whose team number is at most this; 0 if there is none.
    /// Says to a guest how far the team has seen.
    func guestNumber(of id: CaseID, atOrBefore teamNumber: Int64) throws(StoreError) -> Int64

    /// A page of a list, in the order of the ids. A case that cannot be read stands in it with its trouble.
    func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase]

    /// For the sweep: the versions of these, without those that do not exist.
    func versions(of cases: [CaseID]) throws(StoreError) -> [CaseID: Int64]

    /// For the sweep: the versions of all that a list holds, at most `limit`, after `id` in the order of the ids.
    func versions(in list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedVersion]

    /// The same of many lists, each as a whole, in the order of the lists: what thousands of guests have in front of them.
    func versions(inEach lists: [CaseList]) throws(StoreError) -> [[ListedVersion]]

    /// Cases whose earliest deadline has come, by its moment and then by id, from `last` on.
    func due(at now: Timestamp, after last: DueCase?, limit: Int) throws(StoreError) -> [DueCase]

    /// Open cases of a team, after `id` in the order of the ids: for a change of its policy.
    func openCases(of team: TeamID, after id: CaseID?, limit: Int) throws(StoreError) -> [CaseID]

    /// The node lives at `now` and holds these members. Forgets the node if `members` is nil (its farewell).
    func heartbeat(_ node: NodeID, members: Set<MemberID>?, at now: Timestamp) throws(StoreError)

    /// Cases whose assignee no node holds that was heard of since `moment`, and whose state does not say so yet, or the
    /// other way round.
    func strayAssignments(
        heardSince moment: Timestamp, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [StrayAssignment]

    /// Forgets at most `limit` commands that were stored before `moment`, the oldest first; answers how many. A client that
    /// repeats a command after so long a time is decided anew, so `moment` lies far behind any client's patience: 30 days.
    func forgetKeys(olderThan moment: Timestamp, limit: Int) throws(StoreError) -> Int

    /// Names this log: restoring a backup gives it another one (see `LogHead` in Feed).
    var generation: Int64 { get }
}

extension CaseStore {
    /// The case that the outside calls by this name.
    package func load(named name: PublicID) throws(StoreError) -> Result<LoadedCase, CaseTrouble> {
        try load(named: [name]).first ?? .failure(.noSuchCase)
    }

    /// As many as one asks for at a time.
    package static var versionsAtOnce: Int { 10_000 }

    package func versions(inEach lists: [CaseList]) throws(StoreError) -> [[ListedVersion]] {
        var all: [[ListedVersion]] = []
        for list in lists { all.append(try versions(in: list, behind: [])) }
        return all
    }

    /// With what is known of the list's beginning.
    func versions(in list: CaseList, behind known: [ListedVersion]) throws(StoreError) -> [ListedVersion] {
        var all = known
        while true {
            let page = try versions(in: list, after: all.last?.id, limit: Self.versionsAtOnce)
            all += page
            if page.count < Self.versionsAtOnce { return all }
        }
    }
}

/// A node, for one start of its process.
package struct NodeID: Hashable, Sendable {
    /// A node that has been silent for so long does not come back: its next start has another id.
    package static let forgottenAfter: Duration = .days(1)
    /// A node that was heard of later than this from now was heard of before somebody set the clock back: one that lives
    /// says so again within seconds, and one that does not must not seem to live until that time has come.
    package static let furthestAhead: Duration = .minutes(1)

    package let value: Int64

    package init(_ value: Int64) { self.value = value }
}
