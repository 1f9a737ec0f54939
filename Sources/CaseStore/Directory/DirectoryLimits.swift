import CaseMachine

/// Every bound of the directory. What a house may want to set otherwise is a variable; the rest follows from what a code
/// or a ticket is.
package struct DirectoryLimits: Sendable {
    /// So many within so long, counted exactly: not more in any stretch of that length.
    package struct Rate: Hashable, Sendable {
        package let count: Int
        package let within: Duration

        package init(_ count: Int, within: Duration) {
            self.count = count
            self.within = within
        }
    }

    /// Long enough for a slow SMS, short enough that a telephone which is found later tells nothing.
    package static let codeLifetime: Duration = .minutes(5)
    /// A person mistypes once or twice. Guessing: 5 in a million.
    package static let triesPerCode = 5
    /// An SMS takes some 10 s; who is impatient would get two codes and type the wrong one.
    package static let resendAfter: Duration = .seconds(30)
    /// Nobody signs in as often; each costs an SMS and troubles whoever's number it is.
    package static let codesPerContact = Rate(20, within: .days(1))
    /// With it, guessing at one contact comes to 20 in a million a day, however many codes are asked for.
    package static let wrongTriesPerContact = Rate(20, within: .days(1))
    /// A name on a form.
    package static let longestNameBytes = 200

    /// Against SMS pumping: one address that has codes sent to many numbers. A waiting room shares one address.
    package var codesPerClient = Rate(60, within: .hours(1))
    /// The same, spread over many addresses: the most that it can cost. All organisations together.
    package var codesPerHouse = Rate(1000, within: .hours(1))
    /// One address that tries many codes or passwords. A clinic's members share one address.
    package var failuresPerClient = Rate(100, within: .minutes(15))

    /// Guesses at one account from all addresses together. More than three of them can make with their pauses: to come
    /// here takes many addresses all day, and then the member still comes in where they have signed in before.
    package var failuresPerAccount = Rate(1000, within: .days(1))

    /// Wrong passwords in a row, at one account from one place, that cost nothing; then each pause is twice the one before.
    package static let freeFailures = 5
    package static let firstPause: Duration = .seconds(1)
    /// The pause grows no further: a member who has forgotten theirs comes in on the day they remember it. Some 300 guesses
    /// a day are left to one place.
    package static let longestPause: Duration = .minutes(5)
    /// After so long without a wrong password the pauses begin anew.
    package static let failuresRemembered: Duration = .days(1)

    /// Over a weekend: who is invited on a Friday evening reads it on Monday.
    package static let invitationLifetime: Duration = .hours(72)
    /// Who asks waits for the letter; who finds it in an old mailbox comes too late.
    package static let forgottenLifetime: Duration = .hours(1)
    /// Invitations whose link is too old are shown for so long, so that they can be sent again.
    package static let linksRemembered: Duration = .days(30)
    /// Letters to one member or invited one: more would only trouble them.
    package static let lettersPerMember = Rate(5, within: .hours(1))
    /// One address that has letters sent to many. A clinic's members share one address.
    package static let lettersPerClient = Rate(20, within: .hours(1))
    /// The same from many addresses, and what an administrator's script would send: all organisations together.
    package static let lettersPerHouse = Rate(500, within: .hours(1))

    static func linkLifetime(_ kind: MemberLink.Kind) -> Duration {
        switch kind {
        case .invitation: invitationLifetime
        case .forgottenPassword: forgottenLifetime
        }
    }

    /// 32 MB each, and a core.
    package static let passwordsAtOnce = 2
    /// Each waits for those before it, 0.3 s a piece: more would only time out, and take the threads of other requests.
    package static let passwordsWaiting = 16
    package static let passwordBytes = 8...1024

    /// From the answer over HTTP to the socket's first message.
    package static let ticketLifetime: Duration = .seconds(30)
    /// Each some 200 bytes. 65,536 sockets in 30 s are more than a node opens.
    package static let tickets = 65_536
    /// A browser's tabs that come back together; one session must not use up the others' tickets.
    package static let ticketsPerSession = 32
    /// Tickets that are made together, in one statement.
    package static let ticketsAtOnce = 32
    /// As many questions wait as come back at once to a house that was away.
    package static let questionsWaiting = 4096
    /// A person's browsers; the one used longest ago is signed out for another.
    package static let sessionsPerSubject = 50

    /// Some 300 bytes each.
    package var cachedGuests = 16_384
    /// Rows that housekeeping removes in one transaction, which takes the writer some milliseconds.
    package static let tidiedAtOnce = 500

    /// Of one organisation. Each stands in every member's list.
    package static let teams = 200

    /// Rows of the audit trail, of each node, among which changes of settings are looked for: some milliseconds, and a busy
    /// clinic's last day.
    static let changesLookedAt = 5000

    /// How far the clocks of nodes may be apart, or one clock be set back, and no farther are they believed: what has just
    /// been made is not taken for something from the future.
    package static let clocksApart: Duration = .seconds(10)
    /// Other nodes ask every second or two; one that was away for longer looks at each socket's session.
    package static let endedRemembered: Duration = .hours(1)
    /// More than end at once but for an organisation that leaves.
    package static let endedAtOnce = 10_000

    /// A ticket that is good for longer was made by a clock that somebody has set back since.
    static func furthestTicketEnd(_ now: Timestamp) -> Timestamp { now + ticketLifetime + clocksApart }

    package init() {}
}
