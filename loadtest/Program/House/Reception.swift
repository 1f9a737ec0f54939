/// Signs in those who take part: members by their passwords, guests by the codes in the development outbox of the node
/// that they have asked for one.
struct Reception {
    /// A door is in use by one at a time, and cannot be copied; so each stands in a box.
    private final class Entrance {
        let house: HouseAddress
        var door: HouseDoor

        init(_ house: HouseAddress) {
            self.house = house
            door = HouseDoor(house)
        }
    }

    private let entrances: [Entrance]
    private let run: UInt32
    private var entries: [String: HouseDoor.TeamEntry] = [:]
    private var batches = 0
    private var guests = 0

    /// Fewer than an address may ask for in an hour, and than the outbox keeps.
    private static let batch = 50

    /// `houses` are the nodes of one house: at least one.
    init(_ houses: [HouseAddress], run: UInt32) {
        entrances = houses.map(Entrance.init)
        self.run = run
    }

    /// One session for each login; several sockets share it.
    func signIn(members logins: [MemberLogin]) throws(HouseError) -> [HouseSession] {
        var sessions: [HouseSession] = []
        for login in logins { sessions.append(try entrances[0].door.logIn(login)) }
        return sessions
    }

    mutating func entry(ofTeam team: String) throws(HouseError) -> HouseDoor.TeamEntry {
        if let known = entries[team] { return known }
        let entry = try entrances[0].door.entry(ofTeam: team)
        entries[team] = entry
        return entry
    }

    /// A guest for each team named, who comes in at that node; the sessions come in that order.
    mutating func signIn(guests: [(team: String, node: Int)]) throws(HouseError) -> [HouseSession] {
        var sessions: [Int: HouseSession] = [:]
        for (node, entrance) in entrances.enumerated() {
            let numbers = guests.indices.filter { guests[$0].node == node }
            for first in stride(from: 0, to: numbers.count, by: Self.batch) {
                let batch = numbers[first..<min(first + Self.batch, numbers.count)]
                try signIn(batch.map { ($0, guests[$0].team) }, at: entrance, &sessions)
            }
        }
        return guests.indices.compactMap { sessions[$0] }
    }

    private mutating func signIn(
        _ batch: [(index: Int, team: String)], at entrance: Entrance, _ sessions: inout [Int: HouseSession]
    ) throws(HouseError) {
        if entrance.house.isLoopback { entrance.door.come(from: Self.loopback(batches, run)) }
        batches += 1
        var asked: [(index: Int, guest: NewGuest, challenge: String)] = []
        for (index, team) in batch {
            let guest = try newGuest(team)
            asked.append((index, guest, try entrance.door.requestCode(guest)))
        }
        let letters = try entrance.door.letters()
        for (index, guest, challenge) in asked {
            guard let code = letters.first(where: { $0.to == guest.contact })?.code else {
                throw HouseError(
                    "the development outbox has no letter with a code to \(guest.contact): is the server started "
                        + "with --demo?")
            }
            sessions[index] = try entrance.door.verify(challenge, code: code)
        }
    }

    /// Somebody new in each run: who has been here before has cases already.
    private mutating func newGuest(_ team: String) throws(HouseError) -> NewGuest {
        let entry = try entry(ofTeam: team)
        let number = guests
        guests += 1
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
