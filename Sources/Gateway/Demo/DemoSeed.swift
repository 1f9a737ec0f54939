import CaseMachine
import CaseStore

/// A made-up clinic for an empty house: two teams that differ in all that a team can set, and five members with names of
/// all kinds.
struct DemoSeed {
    private let directory: Directory
    private let now: Timestamp

    init(_ directory: Directory) {
        self.directory = directory
        now = SystemClock.now().wall
    }

    func sow() throws -> DemoHouse {
        let clinic = try directory.createOrganisation(Self.clinic, at: now)
        let frontDesk = try directory.createTeam(Self.frontDesk, in: clinic.id, at: now)
        let radiology = try directory.createTeam(Self.radiology, in: clinic.id, at: now)
        let teams = [frontDesk, radiology]
        let people = try Self.people.map { person in
            let password = Self.password()
            let member = try directory.createMember(
                name: person.name, email: person.email, password: password, isAdministrator: person.isAdministrator,
                in: clinic.id, at: now)
            for (team, rank) in zip(teams, [person.frontDesk, person.radiology]) {
                if let rank { try directory.addMember(member.id, to: team.id, as: rank, at: now) }
            }
            return DemoHouse.Person(
                name: person.name, email: person.email, password: password, rank: person.rank,
                teams: zip(teams, [person.frontDesk, person.radiology]).filter { $1 != nil }.map(\.0.name))
        }
        return DemoHouse(
            organisation: clinic.name, teams: teams.map { DemoHouse.Team(id: $0.publicID.text, name: $0.name) },
            members: people)
    }

    /// Made anew for each house, so that no demo's password opens another one. Twelve of 32 letters, none of which is
    /// mistaken for another: 60 bits.
    private static func password() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789x".prefix(32))
        var generator = SystemRandomNumberGenerator()
        return (0..<3).map { _ in
            String((0..<4).map { _ in letters[Int(generator.next(upperBound: UInt(letters.count)))] })
        }.joined(separator: "-")
    }

    // MARK: - What is made

    private static let clinic = OrganisationSettings(
        name: "Harbour Street Clinic",
        emergency: "Nobody watches this chat at night. In an emergency call 999 at once.",
        emergencyNumber: "999",
        privacy: """
            What you write is stored encrypted, read by our team only, and kept for a year. We use your phone number or \
            e-mail address to know that it is you, and to tell you of an answer.
            """, countryPrefix: "+44")

    private static var frontDesk: TeamDraft {
        var settings = TeamSettings(name: "Front desk", timeZone: "Europe/London")
        settings.contactNumber = "020 7946 0123"
        settings.email = "frontdesk@harbour.example"
        settings.expectedWaitMinutes = 10
        var draft = TeamDraft(settings)
        draft.categories = ["Appointment", "Missing report", "Bill or insurance", "Something else"]
        draft.fields = [
            TeamDraft.Field(label: "Full name", isMandatory: true, prefill: .name),
            TeamDraft.Field(label: "Phone or e-mail", prefill: .contact),
            TeamDraft.Field(label: "Date of birth", isMandatory: true),
            TeamDraft.Field(label: "Provider number"),
        ]
        draft.welcomes = [
            TeamDraft.Welcome(
                when: .open,
                text: "Thank you for writing to us. Somebody from the front desk will answer you here. "
                    + "You will probably wait for about {wait} minutes."),
            TeamDraft.Welcome(
                when: .closed,
                text: "Thank you for writing to us. We are closed at the moment and answer when we are back. You can "
                    + "close this window: your chat stays. If it is urgent, call 111; in an emergency call 999."),
            TeamDraft.Welcome(
                category: 1,
                text:
                    "Please tell us when and where you were examined, and who was to get the report. Most reports are "
                    + "found within an hour."),
        ]
        // Monday to Thursday, Friday, Saturday.
        draft.policy.hours = OpeningHours(
            (0...3).map { span($0, 8, 18) } + [span(4, 8, 16), span(5, 9, 12)])
        return draft
    }

    private static var radiology: TeamDraft {
        var settings = TeamSettings(name: "Radiology", timeZone: "Europe/London")
        settings.contactMode = .phone
        var draft = TeamDraft(settings)
        draft.fields = [TeamDraft.Field(label: "Referral number")]
        draft.welcomes = [
            TeamDraft.Welcome(text: "Radiology is here around the clock. Somebody will be with you shortly.")
        ]
        return draft
    }

    private static func span(_ day: Int, _ from: Int, _ until: Int) -> OpeningHours.Span {
        OpeningHours.Span(from: (day * 24 + from) * 60, until: (day * 24 + until) * 60)
    }

    private struct Person {
        let name: String
        let email: String
        let rank: String
        var isAdministrator = false
        var frontDesk: Member.Rank?
        var radiology: Member.Rank?
    }

    private static let people = [
        Person(
            name: "Amara Okafor", email: "amara@harbour.example", rank: "Administrator", isAdministrator: true,
            frontDesk: .supervisor, radiology: .supervisor),
        Person(name: "Ben Whitfield", email: "ben@harbour.example", rank: "Member", frontDesk: .member),
        Person(
            name: "Wilhelmina Katharina von Hohenberg-Featherstonehaugh", email: "wilhelmina@harbour.example",
            rank: "Member", frontDesk: .member, radiology: .member),
        Person(
            name: "Χριστίνα Παπαδοπούλου", email: "christina@harbour.example", rank: "Supervisor",
            radiology: .supervisor),
        Person(
            name: "نور الهدى عبد الرحمن", email: "nour@harbour.example", rank: "Member", radiology: .member),
    ]
}
