import CaseMachine
import Foundation
import Testing

@testable import CaseStore

@Suite struct RosterTests {
    private let start = DirectoryHouse.start

    @Test(arguments: DatabaseKind.allCases)
    func `everybody is found by number and by public name`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let roster = house.directory.roster
        #expect(roster[house.clinic.id] == house.clinic && roster.organisation(house.clinic.publicID) == house.clinic)
        #expect(roster[house.desk.id] == house.desk && roster.team(house.desk.publicID) == house.desk)
        #expect(roster[house.anna.id] == house.anna && roster.member(house.anna.publicID) == house.anna)
        #expect(roster.teams(of: house.clinic.id) == [house.desk])
        #expect(roster.members(of: house.desk.id) == [house.anna])
        #expect(roster.members(of: house.otherDesk.id) == [])
        let category = try #require(house.desk.categories.last)
        #expect(category.name == "Report")
        #expect(roster.category(category.publicID)?.team == house.desk.id)
        #expect(roster.category(category.publicID)?.category == category)
        let field = try #require(house.desk.fields.first)
        #expect(field.label == "Name" && field.isMandatory && field.prefill == .name)
        #expect(roster.field(field.publicID)?.field == field)
        #expect(roster.team(PublicID(1)) == nil && roster.member(PublicID(1)) == nil)
        #expect(roster[MemberID(99)] == nil)
        #expect(house.anna.actor.teams == [house.desk.id: .supervisor])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a team's policy names its identifiers and the categories of its welcomes`(_ kind: DatabaseKind) throws {
        let desk = try DirectoryHouse(kind).desk
        #expect(
            desk.policy.identifiers == [
                Identifier(field: desk.fields[0].id, isMandatory: true),
                Identifier(field: desk.fields[1].id, isMandatory: false),
            ])
        #expect(
            desk.policy.welcomes == [
                Welcome(text: "We answer soon."),
                Welcome(category: desk.categories[1].id, text: "Reports take a day."),
            ])
    }

    @Test func `every setting of a policy is kept`() throws {
        var policy = Policy()
        policy.revision = 7
        policy.autoClose = .days(3)
        policy.closingWarning = .hours(5)
        policy.intakeTimeout = .hours(6)
        policy.firstResponseAlert = .minutes(7)
        policy.supervisorAlert = .minutes(8)
        policy.repeatedAlert = .hours(9)
        policy.missedResponse = .seconds(100)
        policy.noticesGuest = false
        policy.noticesTeam = false
        policy.ring = .seconds(11)
        policy.callGrace = .seconds(12)
        policy.longestCall = .hours(13)
        policy.reopeningWindow = .days(14)
        policy.assigneeGrace = .minutes(15)
        policy.longestSnooze = .days(16)
        policy.retention = .days(170)
        policy.threadRetention = .days(180)
        policy.allowsCalls = false
        policy.allowsClientChat = false
        let christmas = OpeningHours.Holiday(
            day: CalendarDay(number: 20_812), name: "Christmas", spans: [OpeningHours.Span(from: 600, until: 720)])
        policy.hours = OpeningHours([OpeningHours.Span(from: 480, until: 1080)], holidays: [christmas])
        policy.welcomes = [Welcome(category: CategoryID(2), when: .closed, text: "Hello")]
        policy.identifiers = [Identifier(field: FieldID(3), isMandatory: true)]
        for policy in [policy, Policy()] {
            let json = try JSONEncoder().encode(StoredPolicy(policy))
            #expect(try JSONDecoder().decode(StoredPolicy.self, from: json).policy == policy)
        }
        // A new setting that nobody has entered above would be forgotten at the next start. `allowsGuestChat` follows from
        // the team's switch and the organisation's.
        #expect(Mirror(reflecting: policy).children.count == 24)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a change is seen in the next roster, not in the one that was taken, and after a restart`(_ kind: DatabaseKind)
        throws
    {
        let house = try VaultHouse(kind)
        do {
            let first = try DirectoryHouse(in: house)
            let before = first.directory.roster
            var settings = first.desk.settings
            settings.name = "Front desk"
            settings.expectedWaitMinutes = 12
            var policy = first.desk.policy
            policy.autoClose = .days(3)
            let changed = try first.directory.updateTeam(first.desk.id, settings, policy: policy, at: start)
            #expect(before[first.desk.id] == first.desk)
            settings.revision += 1
            #expect(changed.settings == settings && changed.policy.autoClose == .days(3))
            #expect(changed.policy.revision == first.desk.policy.revision + 1)
            #expect(changed.policy.identifiers == first.desk.policy.identifiers)
            var organisation = first.clinic.settings
            organisation.embeddingOrigins = ["http://127.0.0.1:8081"]
            try first.directory.updateOrganisation(first.clinic.id, organisation, at: start)
            try first.directory.addMember(first.anna.id, to: first.desk.id, as: .member, at: start)
        }
        let again = try DirectoryHouse(in: house, seed: 2)
        #expect(again.desk.name == "Front desk" && again.desk.policy.autoClose == .days(3))
        #expect(again.desk.categories.map(\.name) == ["Appointment", "Report"])
        #expect(again.clinic.settings.embeddingOrigins == ["http://127.0.0.1:8081"])
        #expect(again.anna.teams == [again.desk.id: .member])
        try again.directory.removeMember(again.anna.id, from: again.desk.id, at: start)
        #expect(again.directory.roster.members(of: again.desk.id) == [])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a member works for teams of their own organisation`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        func add(_ member: MemberID, _ team: TeamID) -> DirectoryError? {
            directoryError { try directory.addMember(member, to: team, as: .member, at: start) }
        }
        #expect(add(house.anna.id, house.otherDesk.id) == .noSuchTeam)
        #expect(add(MemberID(99), house.desk.id) == .noSuchMember)
        #expect(house.directory.roster[house.anna.id] == house.anna)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an address is one member's in the whole house`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        for organisation in [house.clinic.id, house.otherDesk.organisation] {
            let error = directoryError {
                _ = try house.directory.createMember(
                    name: "Another Anna", email: "Anna@clinic.example", password: "long enough", in: organisation,
                    at: start)
            }
            #expect(error?.code == .addressTaken)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `nobody is made where there is no organisation`(_ kind: DatabaseKind) throws {
        let directory = try DirectoryHouse(kind).directory
        let nowhere = OrganisationID(99)
        let team = directoryError { _ = try directory.createTeam(DirectoryHouse.draft("Desk"), in: nowhere, at: start) }
        #expect(team == .noSuchOrganisation)
        let member = directoryError {
            _ = try directory.createMember(
                name: "Ben", email: "ben@clinic.example", password: "long enough", in: nowhere, at: start)
        }
        #expect(member == .noSuchOrganisation)
        #expect(directoryError { _ = try directory.guest(GuestID(1)) } == .noSuchGuest)
        #expect(directoryError { _ = try directory.guest(PublicID(1)) } == .noSuchGuest)
    }

    private static let badOrganisations: [(String, @Sendable (inout OrganisationSettings) -> Void)] = [
        ("name", { $0.name = "" }), ("name", { $0.name = "two\nlines" }), ("emergency", { $0.emergency = "" }),
        ("privacy", { $0.privacy = String(repeating: "p", count: 20_000) }),
        ("privacyLink", { $0.privacyLink = "javascript:alert(1)" }), ("privacyLink", { $0.privacyLink = "https://" }),
        ("embeddingOrigins", { $0.embeddingOrigins = ["https://clinic.example/page"] }),
        ("embeddingOrigins", { $0.embeddingOrigins = ["https://clinic.example; script-src *"] }),
        ("embeddingOrigins", { $0.embeddingOrigins = ["*"] }), ("countryPrefix", { $0.countryPrefix = "44" }),
        ("countryPrefix", { $0.countryPrefix = "+" }), ("countryPrefix", { $0.countryPrefix = "+٤٤" }),
    ]

    @Test(arguments: badOrganisations.indices)
    func `settings of an organisation that cannot be used are refused by their name`(_ index: Int) throws {
        let house = try DirectoryHouse(.sqlite)
        let (setting, spoil) = Self.badOrganisations[index]
        var settings = DirectoryHouse.organisation("Northside")
        spoil(&settings)
        let error = directoryError { _ = try house.directory.createOrganisation(settings, at: start) }
        #expect(error?.code == .badSettings && error?.field == setting)
    }

    private static let badTeams: [(String, @Sendable (inout TeamDraft) -> Void)] = [
        ("name", { $0.settings.name = "" }), ("timeZone", { $0.settings.timeZone = "Europe/Nowhere" }),
        ("email", { $0.settings.email = "desk@" }), ("expectedWaitMinutes", { $0.settings.expectedWaitMinutes = -1 }),
        ("categories", { $0.categories = ["Report", "Report"] }), ("categories", { $0.categories = [""] }),
        ("fields", { $0.fields = [TeamDraft.Field(label: "")] }),
        ("fields", { $0.fields = (0...64).map { TeamDraft.Field(label: "Field \($0)") } }),
        ("welcomes", { $0.welcomes = [TeamDraft.Welcome(category: 2, text: "Hello")] }),
        ("welcomes", { $0.welcomes = [TeamDraft.Welcome(text: "")] }),
        ("auto-close", { $0.policy.autoClose = .zero }),
    ]

    @Test(arguments: badTeams.indices)
    func `settings of a team that cannot be used are refused by their name`(_ index: Int) throws {
        let house = try DirectoryHouse(.sqlite)
        let (setting, spoil) = Self.badTeams[index]
        var draft = DirectoryHouse.draft("Desk")
        spoil(&draft)
        let error = directoryError { _ = try house.directory.createTeam(draft, in: house.clinic.id, at: start) }
        #expect(error?.code == .badSettings && error?.field == setting)
        #expect(house.directory.roster.teams.count == 2)
    }

    @Test(arguments: [
        ("name", "", "b@clinic.example", "long enough"), ("email", "Ben", "b@", "long enough"),
        ("password", "Ben", "b@clinic.example", "short"),
    ])
    func `a member without a name, an address or a password worth it is refused`(
        _ setting: String, _ name: String, _ email: String, _ password: String
    ) throws {
        let house = try DirectoryHouse(.sqlite)
        let error = directoryError {
            _ = try house.directory.createMember(
                name: name, email: email, password: password, in: house.clinic.id, at: start)
        }
        #expect(error?.code == .badSettings && error?.field == setting)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `what a later release has written is not guessed at`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        do {
            let first = try DirectoryHouse(in: house)
            let place = SealedPlace(
                .organisation(first.clinic.id.value), column: SealedColumn.organisation, row: first.clinic.id.value)
            let sealed = try Sealer(first.vault).seal(#"{"shape": 2, "value": {"name": "Northside"}}"#, at: place)
            try first.database.run("UPDATE organisation SET settings = ? WHERE id = 1", [.blob(sealed)])
        }
        let error = directoryError { _ = try DirectoryHouse(in: house, seed: 2) }
        #expect(error?.code == .storeAway && error?.cause?.description.contains("later release") == true)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a team's clock follows its summer time`(_ kind: DatabaseKind) throws {
        let desk = try DirectoryHouse(kind).desk
        #expect(desk.minutesEastOfUTC(at: Timestamp(milliseconds: 1_705_320_000_000)) == 0)
        #expect(desk.minutesEastOfUTC(at: Timestamp(milliseconds: 1_721_044_800_000)) == 60)
    }

    @Test func `a public name is 32 digits, and nothing else is one`() throws {
        let name = PublicID(0x0123_4567_89AB_CDEF_0011_2233_4455_6677)
        #expect(name.text == "0123456789abcdef0011223344556677")
        #expect(PublicID(text: name.text) == name)
        for wrong in [
            "", "0123", name.text + "0", String(repeating: "g", count: 32), String(repeating: "é", count: 16),
        ] {
            #expect(PublicID(text: wrong) == nil)
        }
    }
}
