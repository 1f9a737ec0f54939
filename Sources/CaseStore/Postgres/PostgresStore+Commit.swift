import CaseMachine

extension PostgresStore {
    /// Two round trips: one that locks and looks, one that writes and commits.
    ///
    /// First the rows are locked, in the order of their ids, and then everything else is looked at. So a COMMIT of this
    /// same batch whose answer was lost, and which the server may still be at, is waited for and then seen.
    package func commit(_ units: [PreparedUnit]) throws(StoreError) -> [CommitOutcome] {
        guard !units.isEmpty else { return [] }
        let questions = CommitQuestions(units)
        return try writer.repeating(where: Self.isWorthRepeating) { connection in
            let plan: BatchPlan
            let outcomes: [CommitOutcome]
            do {
                let answers = try connection.run(questions.queries)
                (plan, outcomes) = try questions.decide(units, on: answers)
                settings.reached?(.locked)
            } catch {
                connection.rollBack()
                throw error
            }
            try connection.commit(plan.queries)
            settings.reached?(.committed)
            return outcomes
        }
    }

    /// Nothing was stored, and another attempt comes to something else: another node has made the same case or used the
    /// same key meanwhile, which is seen now; or two transactions met, or the connection had died, which is tried again
    /// once, on another.
    private static func isWorthRepeating(_ failure: PostgresFailure, _ attempt: Int) -> Bool {
        switch failure.kind {
        case .refused: failure.isWorthRepeating || (failure.isUniqueViolation && !failure.isDamage)
        case .lost: attempt == 0
        case .unknown: false
        }
    }
}

extension PostgresFailure {
    /// An event is there that its case's row, which was locked, says nothing of.
    var isDamage: Bool { isUniqueViolation && constraint == PostgresTables.eventIndex }
}

/// What a commit has to know of what is stored.
private struct CommitQuestions {
    private let cases: [Int64]
    private let commands: [PreparedUnit.Command]
    private let publicIDs: [[UInt8]]

    init(_ units: [PreparedUnit]) {
        let changes = units.flatMap(\.changes)
        cases = Set(changes.map(\.id) + changes.flatMap(\.erasedRooms)).sorted()
        commands = units.flatMap(\.commands)
        publicIDs = changes.compactMap(\.publicID)
    }

    var queries: [PostgresQuery] {
        var queries = [PostgresTransaction.readCommitted.begin, PostgresQuery(Self.lockRows, [.integers(cases)])]
        if !publicIDs.isEmpty { queries.append(PostgresQuery(Self.findPublicIDs, [.blobs(publicIDs)])) }
        if !commands.isEmpty {
            let arguments: [PostgresValue] = [
                .integers(commands.map(\.organisation)), .blobs(commands.map(\.key)),
                .integers(commands.map { Int64($0.author.kind) }), .integers(commands.map(\.author.number)),
            ]
            queries.append(PostgresQuery(Self.findKeys, arguments))
        }
        return queries
    }

    func decide(
        _ units: [PreparedUnit], on answers: [PostgresAnswer]
    ) throws(StoreError) -> (BatchPlan, [CommitOutcome]) {
        var plan = BatchPlan()
        var isRead = answers.count == queries.count
        var answers = answers.dropFirst()
        for row in answers.popFirst()?.rows ?? [] { isRead = plan.note(row: row) && isRead }
        if !publicIDs.isEmpty {
            for row in answers.popFirst()?.rows ?? [] { isRead = plan.note(publicID: row) && isRead }
        }
        for row in answers.popFirst()?.rows ?? [] {
            guard let place = row.integer(0).flatMap({ Int(exactly: $0 - 1) }), commands.indices.contains(place)
            else { throw .fatal("Damaged: PostgreSQL answers for commands that it was not asked for.") }
            isRead = plan.note(commands[place], row: row) && isRead
        }
        guard isRead else { throw .fatal("Damaged: PostgreSQL's tables are not those that this release has made.") }
        let outcomes = units.map { plan.decide($0) }
        return (plan, outcomes)
    }

    private static let lockRows = """
        SELECT id, version, teamHead, guestHead, stage FROM caseRow WHERE id = ANY($1) ORDER BY id FOR UPDATE
        """
    private static let findPublicIDs = "SELECT publicID FROM caseRow WHERE publicID = ANY($1)"
    private static let findKeys = """
        SELECT asked.place, k.fingerprint, k.caseID, k.teamHead, k.guestHead
        FROM unnest($1::BIGINT[], $2::BYTEA[], $3::BIGINT[], $4::BIGINT[])
            WITH ORDINALITY AS asked (organisation, key, authorKind, author, place)
        JOIN commandKey AS k USING (organisation, key, authorKind, author)
        """
}

extension BatchPlan {
    /// What is written, each table with one statement. New rows go in an order that is the same on every node: where two
    /// nodes make the same ones, one waits for the other and not both. What numbers the outbox comes last, and after a lock
    /// that is held to the end: so its numbers become visible in their order, and who has read up to one has missed none.
    fileprivate var queries: [PostgresQuery] {
        let writes = writes.values.sorted { $0.id < $1.id }
        var queries: [PostgresQuery] = []
        func add(_ sql: String, _ arguments: [PostgresValue]) { queries.append(PostgresQuery(sql, arguments)) }

        let made = writes.filter { $0.making != nil }
        if !made.isEmpty {
            let making = made.compactMap(\.making)
            add(
                Self.insertCases,
                Self.columns(made) + [
                    .blobs(making.map { $0.publicID ?? [] }), .integers(making.map(\.columns.organisation.value)),
                    .integers(making.map { Int64($0.columns.kind.rawValue) }), .integers(making.map(\.columns.party)),
                ])
        }
        let changed = writes.filter { $0.making == nil }
        if !changed.isEmpty { add(Self.updateCases, Self.columns(changed)) }
        if !erasedRooms.isEmpty { add(Self.eraseRooms, [.integers(erasedRooms)]) }
        if !events.isEmpty {
            add(
                Self.insertEvents,
                [
                    .integers(events.map(\.case)), .integers(events.map(\.event.number)),
                    .optionalIntegers(events.map(\.event.guestNumber)), .optionalIntegers(events.map(\.event.edits)),
                    .blobs(events.map(\.event.body)),
                ])
        }
        if !deleted.isEmpty {
            let arguments: [PostgresValue] = [.integers(deleted.map(\.case)), .integers(deleted.map(\.number))]
            add(Self.markDeleted("number"), arguments)
            add(Self.markDeleted("edits"), arguments)
        }
        if !guests.isEmpty {
            let rows = guests.sorted { $0.key < $1.key }.flatMap { id, guests in guests.map { (id, $0) } }
            add("DELETE FROM caseGuest WHERE caseID = ANY($1)", [.integers(guests.keys.sorted())])
            add(Self.insertGuests, [.integers(rows.map(\.1)), .integers(rows.map(\.0))])
        }
        if !commands.isEmpty { add(Self.insertKeys, Self.columns(commands)) }
        if !outbox.isEmpty {
            add("SELECT pg_advisory_xact_lock($1)", [.integer(PostgresTables.outboxLock)])
            add(
                Self.insertItems,
                [
                    .integers(outbox.map(\.case)), .integers(outbox.map { Int64($0.item.kind.rawValue) }),
                    .integers(outbox.map(\.item.number)), .integers(outbox.map(\.item.due.milliseconds)),
                ])
        }
        return queries
    }

    private static func columns(_ writes: [Write]) -> [PostgresValue] {
        [
            .integers(writes.map(\.id)), .integers(writes.map(\.version)), .integers(writes.map(\.heads.team)),
            .integers(writes.map(\.heads.guest)), .blobs(writes.map(\.state)), .optionalIntegers(writes.map(\.due)),
            .integers(writes.map(\.team)), .optionalIntegers(writes.map(\.assignee)),
            .integers(writes.map { $0.isAssigneeAbsent ? 1 : 0 }), .integers(writes.map { Int64($0.stage.rawValue) }),
            .integers(writes.map { $0.isUnread ? 1 : 0 }), .integers(writes.map { $0.stage == .erased ? 1 : 0 }),
        ]
    }

    private static func columns(_ commands: [PreparedUnit.Command]) -> [PostgresValue] {
        // By key, which begins with the time: new ones stand at the index's end.
        let commands = commands.sorted {
            ($0.organisation, $0.author.kind, $0.author.number) < ($1.organisation, $1.author.kind, $1.author.number)
        }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return [
            .integers(commands.map(\.organisation)), .blobs(commands.map(\.key)),
            .integers(commands.map { Int64($0.author.kind) }), .integers(commands.map(\.author.number)),
            .integers(commands.map(\.fingerprint)), .integers(commands.map(\.receipt.id.value)),
            .integers(commands.map(\.receipt.heads.team)), .integers(commands.map(\.receipt.heads.guest)),
            .integers(commands.map(\.at)),
        ]
    }

    private static let insertCases = """
        INSERT INTO caseRow (id, version, teamHead, guestHead, state, due, team, assignee, isAssigneeAbsent, stage,
            isUnread, isErasing, publicID, organisation, kind, party)
        SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[], $6::BIGINT[],
            $7::BIGINT[], $8::BIGINT[], $9::BIGINT[], $10::BIGINT[], $11::BIGINT[], $12::BIGINT[], $13::BYTEA[],
            $14::BIGINT[], $15::BIGINT[], $16::BIGINT[])
        """
    /// A case that has moved on is nobody's to fire.
    private static let updateCases = """
        UPDATE caseRow SET version = new.version, teamHead = new.teamHead, guestHead = new.guestHead, state = new.state,
            due = new.due, team = new.team, assignee = new.assignee, isAssigneeAbsent = new.isAssigneeAbsent,
            stage = new.stage, isUnread = new.isUnread, isErasing = new.isErasing, leaseHolder = NULL, leaseEnd = NULL
        FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[], $6::BIGINT[], $7::BIGINT[],
            $8::BIGINT[], $9::BIGINT[], $10::BIGINT[], $11::BIGINT[], $12::BIGINT[])
            AS new (id, version, teamHead, guestHead, state, due, team, assignee, isAssigneeAbsent, stage, isUnread,
                isErasing)
        WHERE caseRow.id = new.id
        """
    private static let eraseRooms = """
        UPDATE caseRow SET version = version + 1, stage = 2, isErasing = 1, due = NULL, assignee = NULL,
            isAssigneeAbsent = 0
        WHERE id = ANY($1) AND stage <> 2
        """
    private static let insertEvents = """
        INSERT INTO caseEvent (caseID, number, guestNumber, edits, body, isDeleted)
        SELECT new.*, 0 FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[]) AS new
        """
    private static func markDeleted(_ column: String) -> String {
        """
        UPDATE caseEvent SET isDeleted = 1 FROM unnest($1::BIGINT[], $2::BIGINT[]) AS gone (caseID, number)
        WHERE caseEvent.caseID = gone.caseID AND caseEvent.\(column) = gone.number
        """
    }
    private static let insertGuests =
        "INSERT INTO caseGuest (guest, caseID) SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[])"
    private static let insertKeys = """
        INSERT INTO commandKey (organisation, key, authorKind, author, fingerprint, caseID, teamHead, guestHead, at)
        SELECT * FROM unnest($1::BIGINT[], $2::BYTEA[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
            $7::BIGINT[], $8::BIGINT[], $9::BIGINT[])
        """
    private static let insertItems = """
        INSERT INTO outboxItem (caseID, kind, number, due)
        SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[])
        """
}
