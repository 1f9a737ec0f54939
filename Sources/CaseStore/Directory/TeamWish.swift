package import CaseMachine

/// What is to be of a team; a part that is nil stays as it is. Names stand for what is there already; what has none is new.
package struct TeamWish: Sendable {
    package struct About: Sendable {
        package var name: String
        package var contactMode: Team.ContactMode
        package var timeZone: String
        package var contactNumber: String?
        package var email: String?
        package var expectedWaitMinutes: Int?
        package var isChatOn: Bool

        package init(
            name: String, contactMode: Team.ContactMode, timeZone: String, contactNumber: String?, email: String?,
            expectedWaitMinutes: Int?, isChatOn: Bool
        ) {
            self.name = name
            self.contactMode = contactMode
            self.timeZone = timeZone
            self.contactNumber = contactNumber
            self.email = email
            self.expectedWaitMinutes = expectedWaitMinutes
            self.isChatOn = isChatOn
        }
    }

    package struct Category: Sendable {
        package let id: PublicID?
        package let name: String
        package let isArchived: Bool

        package init(id: PublicID?, name: String, isArchived: Bool) {
            self.id = id
            self.name = name
            self.isArchived = isArchived
        }
    }

    package struct Field: Sendable {
        package let id: PublicID?
        package let label: String
        package let isMandatory: Bool
        package let prefill: Team.Prefill?
        package let rule: FieldRule
        package let isArchived: Bool

        package init(
            id: PublicID?, label: String, isMandatory: Bool, prefill: Team.Prefill?, rule: FieldRule, isArchived: Bool
        ) {
            self.id = id
            self.label = label
            self.isMandatory = isMandatory
            self.prefill = prefill
            self.rule = rule
            self.isArchived = isArchived
        }
    }

    package struct Welcome: Sendable {
        package let category: PublicID?
        package let when: CaseMachine.Welcome.When
        package let text: String

        package init(category: PublicID?, when: CaseMachine.Welcome.When, text: String) {
            self.category = category
            self.when = when
            self.text = text
        }
    }

    package var about: About?
    package var categories: [Category]?
    package var fields: [Field]?
    package var welcomes: [Welcome]?
    package var hours: OpeningHours?
    /// Its durations and switches, by their names.
    package var durations: [String: Duration?]?
    package var switches: [String: Bool]?

    package init() {}
}

extension Policy {
    /// What a team can set, by the names that stand in its settings and in docs/http.md.
    package var namedDurations: [String: Duration?] {
        var named: [String: Duration?] = [:]
        for (name, path) in StoredPolicy.durationNames { named[name] = self[keyPath: path] }
        named.updateValue(threadRetention, forKey: StoredPolicy.threadRetention)
        return named
    }

    package var namedSwitches: [String: Bool] {
        Dictionary(StoredPolicy.switchNames.map { ($0.0, self[keyPath: $0.1]) }) { first, _ in first }
    }

    package static var namedBounds: [String: ClosedRange<Duration>] {
        var bounds = [StoredPolicy.threadRetention: threadRetentions]
        for (name, path) in StoredPolicy.durationNames {
            if let range = ranges.first(where: { $0.setting == path }) { bounds[name] = range.least...range.most }
        }
        return bounds
    }

    mutating func set(_ durations: [String: Duration?], _ switches: [String: Bool]) throws(DirectoryError) {
        for (name, value) in durations {
            if name == StoredPolicy.threadRetention {
                threadRetention = value
            } else if let path = StoredPolicy.durationNames.first(where: { $0.0 == name })?.1, let value {
                self[keyPath: path] = value
            } else {
                throw .badSettings("policy.durations.\(name)", "There is no such duration, or it cannot be left out.")
            }
        }
        for (name, value) in switches {
            guard let path = StoredPolicy.switchNames.first(where: { $0.0 == name })?.1 else {
                throw .badSettings("policy.switches.\(name)", "There is no such switch.")
            }
            self[keyPath: path] = value
        }
    }
}

extension Directory {
    package func change(
        _ id: TeamID, from revision: Int, to wish: TeamWish, at now: Timestamp, by member: MemberID
    ) throws(DirectoryError) -> Team {
        let after = try changed { db in
            let roster = try readRoster(db)
            guard let before = roster[id] else { throw DirectoryError.noSuchTeam }
            guard before.settings.revision == revision else { throw DirectoryError.changedMeanwhile }
            let owner = KeyOwner.organisation(before.organisation.value)
            var settings = before.settings
            if let about = wish.about { settings.set(about) }
            settings.revision = revision &+ 1
            try settings.demandUsableInForms()
            var policy = before.policy
            if let hours = wish.hours { policy.hours = hours }
            try policy.set(wish.durations ?? [:], wish.switches ?? [:])
            let categories = try write(wish.categories, of: before, owner, db) ?? before.categories
            let fields = try write(wish.fields, of: before, owner, db) ?? before.fields
            if let welcomes = wish.welcomes { policy.welcomes = try Self.welcomes(welcomes, categories) }
            policy.identifiers = fields.filter { !$0.isArchived }.map {
                Identifier(field: $0.id, isMandatory: $0.isMandatory, rule: $0.rule)
            }
            try policy.demandUsableInForms()
            // The cases are measured anew where something has changed that they are measured by.
            if policy != before.policy { policy.revision = before.policy.revision &+ 1 }
            try writeTeam(StoredTeam(settings: settings, policy: StoredPolicy(policy)), id.value, owner, db)
            let words = try settingsChange(
                from: TeamRecord(before.settings, before.policy, before.categories, before.fields),
                to: TeamRecord(settings, policy, categories, fields), of: before.organisation)
            try record(
                "team.changed", by: "member:\(member)", to: "team:\(id)", words, before.organisation, now, db)
        }.roster
        guard let team = after[id] else { throw .noSuchTeam }
        return team
    }

    // MARK: Lists, whose parts have numbers that cases hold on to

    private func write(
        _ wishes: [TeamWish.Category]?, of team: Team, _ owner: KeyOwner, _ db: any SQLSession
    ) throws -> [Team.Category]? {
        guard let wishes else { return nil }
        guard wishes.count <= TeamDraft.mostCategories else {
            throw DirectoryError.badSettings("categories", "must be at most \(TeamDraft.mostCategories)")
        }
        var names: Set<String> = []
        for (index, wish) in wishes.enumerated() {
            try Check.line(wish.name, "categories[\(index)].name")
            guard wish.isArchived || names.insert(wish.name).inserted else {
                throw DirectoryError.badSettings(
                    "categories[\(index)].name", "must be another name: it is there already")
            }
        }
        let known = Dictionary(team.categories.map { ($0.publicID, $0) }) { first, _ in first }
        let named = try Self.demandKnown(wishes.map(\.id), known.keys, "categories")
        var parts = wishes.map { wish in
            (wish.id.flatMap { known[$0] }?.id.value, wish.name, wish.isArchived)
        }
        // What is left out is shown no more, and cases keep it.
        parts += team.categories.filter { !named.contains($0.publicID) }.map { ($0.id.value, $0.name, true) }
        try Self.demandFew(parts.count)
        return try parts.enumerated().map { place, part in
            let stored = StoredCategory(name: part.1, place: place, isArchived: part.2)
            let (id, publicID) = try writePart(
                "teamCategory", part.0, of: team.id.value, stored, owner, SealedColumn.category, db)
            return Team.Category(id: CategoryID(id), publicID: publicID, name: part.1, isArchived: part.2)
        }
    }

    private func write(
        _ wishes: [TeamWish.Field]?, of team: Team, _ owner: KeyOwner, _ db: any SQLSession
    ) throws -> [Team.Field]? {
        guard let wishes else { return nil }
        guard wishes.count(where: { !$0.isArchived }) <= Limits.fields else {
            throw DirectoryError.badSettings("fields", "must be at most \(Limits.fields)")
        }
        for (index, wish) in wishes.enumerated() {
            try Check.line(wish.label, "fields[\(index)].label")
            if let problem = wish.rule.problem {
                throw DirectoryError.badSettings("fields[\(index)].rule", "must be another rule: \(problem)")
            }
        }
        let known = Dictionary(team.fields.map { ($0.publicID, $0) }) { first, _ in first }
        let named = try Self.demandKnown(wishes.map(\.id), known.keys, "fields")
        var parts = wishes.map { wish in
            (
                wish.id.flatMap { known[$0] }?.id.value, wish.label, wish.isMandatory, wish.prefill, wish.rule,
                wish.isArchived
            )
        }
        parts += team.fields.filter { !named.contains($0.publicID) }.map {
            ($0.id.value, $0.label, $0.isMandatory, $0.prefill, $0.rule, true)
        }
        try Self.demandFew(parts.count)
        return try parts.enumerated().map { place, part in
            let stored = StoredField(
                label: part.1, isMandatory: part.2, prefill: part.3, rule: StoredField.Rule(part.4), place: place,
                isArchived: part.5)
            let (id, publicID) = try writePart(
                "teamField", part.0, of: team.id.value, stored, owner, SealedColumn.field, db)
            return Team.Field(
                id: FieldID(id), publicID: publicID, label: part.1, isMandatory: part.2, prefill: part.3,
                rule: part.4, isArchived: part.5)
        }
    }

    private static func demandKnown(
        _ names: [PublicID?], _ known: some Sequence<PublicID>, _ list: String
    ) throws(DirectoryError) -> Set<PublicID> {
        let known = Set(known)
        var named: Set<PublicID> = []
        for (index, name) in names.enumerated() {
            guard let name else { continue }
            guard known.contains(name), named.insert(name).inserted else {
                throw .badSettings(
                    "\(list)[\(index)].id", "There is no such one in this team, or it stands here twice.")
            }
        }
        return named
    }

    /// With those that are archived, which nobody removes: cases have them.
    private static let mostEver = 1000

    private static func demandFew(_ count: Int) throws(DirectoryError) {
        guard count <= mostEver else {
            throw .badSettings(
                "categories", "must be fewer: archived ones count, and \(mostEver) is the most there can be")
        }
    }

    private func writePart(
        _ table: String, _ number: Int64?, of team: Int64, _ stored: some Encodable, _ owner: KeyOwner,
        _ column: UInt16, _ db: any SQLSession
    ) throws -> (Int64, PublicID) {
        let id: Int64
        if let number {
            id = number
            try db.run(
                "UPDATE \(table) SET detail = ? WHERE id = ?",
                [.blob(try seal(stored, owner, column, row: id)), .integer(id)])
        } else {
            id = try insertPart(table, of: team, stored, owner, column, db)
        }
        let row = try db.firstRow("SELECT publicID FROM \(table) WHERE id = ?", [.integer(id)])
        guard let name = row?.blob(0).flatMap(UInt128.init(bigEndianBytes:)) else {
            throw StoreError.fatal("Damaged: a row of '\(table)' cannot be read.")
        }
        return (id, PublicID(name))
    }

    private static func welcomes(
        _ wishes: [TeamWish.Welcome], _ categories: [Team.Category]
    ) throws(DirectoryError) -> [Welcome] {
        guard wishes.count <= mostWelcomes else {
            throw .badSettings("welcomes", "must be at most \(mostWelcomes)")
        }
        let known = Dictionary(categories.map { ($0.publicID, $0.id) }) { first, _ in first }
        var welcomes: [Welcome] = []
        for (index, wish) in wishes.enumerated() {
            try Check.text(wish.text, "welcomes[\(index)].text")
            guard wish.text.utf8.count <= longestWelcomeBytes else {
                throw .badSettings("welcomes[\(index)].text", "must be at most \(longestWelcomeBytes) bytes")
            }
            var category: CategoryID?
            if let name = wish.category {
                guard let id = known[name] else {
                    throw .badSettings("welcomes[\(index)].category", "There is no such category in this team.")
                }
                category = id
            }
            guard !welcomes.contains(where: { $0.category == category && $0.when == wish.when }) else {
                throw .badSettings("welcomes[\(index)]", "must be for another category or other hours: there is one")
            }
            welcomes.append(Welcome(category: category, when: wish.when, text: wish.text))
        }
        return welcomes
    }

    /// Three for each of a long list of categories.
    private static let mostWelcomes = 100
    /// A message that somebody reads: as long as a page of a book.
    private static let longestWelcomeBytes = 4000
}

extension TeamSettings {
    fileprivate mutating func set(_ about: TeamWish.About) {
        name = about.name
        contactMode = about.contactMode
        timeZone = about.timeZone
        contactNumber = about.contactNumber
        email = about.email
        expectedWaitMinutes = about.expectedWaitMinutes
        isChatOn = about.isChatOn
    }

    fileprivate func demandUsableInForms() throws(DirectoryError) {
        do { try demandUsable() } catch {
            throw .badSettings("about.\(error.field ?? "")", error.message)
        }
    }
}

/// What the audit trail compares.
private struct TeamRecord: Encodable {
    let about: TeamSettings
    let durations: [String: Int64]
    let switches: [String: Bool]
    let week: [String]
    let holidays: [String]
    let welcomes: [String]
    let categories: [String: String]
    let fields: [String: String]

    init(_ settings: TeamSettings, _ policy: Policy, _ categories: [Team.Category], _ fields: [Team.Field]) {
        var about = settings
        about.revision = 0
        self.about = about
        durations = policy.namedDurations.compactMapValues { $0?.components.seconds }
        switches = policy.namedSwitches
        week = policy.hours.spans.map { "\($0.from)-\($0.until)" }
        holidays = policy.hours.holidays.map { "\($0.day.text) \($0.name) \($0.spans)" }
        welcomes = policy.welcomes.map { "\($0.category?.value ?? 0) \($0.when.rawValue) \($0.text)" }
        self.categories = Dictionary(
            categories.map { ("\($0.id)", "\($0.name) \($0.isArchived)") }
        ) { first, _ in first }
        self.fields = Dictionary(
            fields.map { ("\($0.id)", "\($0.label) \($0.isMandatory) \($0.rule) \($0.isArchived)") }
        ) { first, _ in first }
    }
}
