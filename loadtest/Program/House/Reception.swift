/// Signs in those who take part: members by their passwords, guests by the codes in the development outbox.
struct Reception: ~Copyable {
    private var door: HouseDoor
    private let house: HouseAddress
    private let run: UInt32
    private var entries: [String: HouseDoor.TeamEntry] = [:]

    /// Fewer than an address may ask for in an hour, and than the outbox keeps.
    private static let batch = 50

    init(_ house: HouseAddress, run: UInt32) {
        door = HouseDoor(house)
        self.house = house
        self.run = run
    }

    /// One session for each login; several sockets share it.
    mutating func signIn(members logins: [MemberLogin]) throws(HouseError) -> [HouseSession] {
        var sessions: [HouseSession] = []
        for login in logins { sessions.append(try door.logIn(login)) }
        return sessions
    }

    mutating func entry(ofTeam team: String) throws(HouseError) -> HouseDoor.TeamEntry {
        if let known = entries[team] { return known }
        let entry = try door.entry(ofTeam: team)
        entries[team] = entry
        return entry
    }

    /// A guest for each team named; the sessions come in that order.
    mutating func signIn(guestsOf teams: [String]) throws(HouseError) -> [HouseSession] {
        var sessions: [HouseSession] = []
        for first in stride(from: 0, to: teams.count, by: Self.batch) {
            let numbers = first..<min(first + Self.batch, teams.count)
            if house.isLoopback { door.come(from: Self.loopback(first / Self.batch, run)) }
            var asked: [(guest: NewGuest, challenge: String)] = []
            for number in numbers {
                let guest = try newGuest(number, teams[number])
                asked.append((guest, try door.requestCode(guest)))
            }
            let letters = try door.letters()
            for (guest, challenge) in asked {
                guard let code = letters.first(where: { $0.to == guest.contact })?.code else {
                    throw HouseError(
                        "the development outbox has no letter with a code to \(guest.contact): is the server started "
                            + "with --demo?")
                }
                sessions.append(try door.verify(challenge, code: code))
            }
        }
        return sessions
    }

    /// Somebody new in each run: who has been here before has cases already.
    private mutating func newGuest(_ number: Int, _ team: String) throws(HouseError) -> NewGuest {
        let entry = try entry(ofTeam: team)
        var guest = NewGuest(team: team, firstName: "Load", lastName: "Guest \(number)")
        if entry.contact == "phone" {
            // Ofcom's numbers for drama end before so many guests; nothing is sent from a house with demo data.
            let digits = String(7_000_000_000 + (UInt64(run) * 10_007 + UInt64(number)) % 999_999_999)
            guest.phone = entry.countryPrefix + digits
        } else {
            guest.email = "load-\(run)-\(number)@example.org"
        }
        return guest
    }

    private static func loopback(_ batch: Int, _ run: UInt32) -> String {
        let number = (Int(run) + batch) % (200 * 200)
        return "127.1.\(1 + number / 200).\(1 + number % 200)"
    }
}
