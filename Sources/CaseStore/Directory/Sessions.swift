package import CaseMachine

/// Somebody who has signed in, on one browser.
package struct Session: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case guest(GuestID)
        case member(MemberID)

        package var kind: Kind {
            switch self {
            case .guest: .guest
            case .member: .member
            }
        }

        var number: Int64 {
            switch self {
            case .guest(let guest): guest.value
            case .member(let member): member.value
            }
        }
    }

    /// Written to disk: never renumber.
    package enum Kind: Int64, Hashable, Sendable, CaseIterable {
        case guest = 0
        case member = 1
    }

    package let id: SessionID
    package let subject: Subject
    package let organisation: OrganisationID
    package let startedAt: Timestamp
    /// At most a minute behind.
    package let usedAt: Timestamp
    let lengths: SessionLengths

    /// When it ends if it is not used before.
    package var idleAt: Timestamp { min(usedAt + lengths.idle, endsAt) }
    /// When it ends however much it is used.
    package var endsAt: Timestamp { startedAt + lengths.longest }
}

/// How long somebody stays signed in.
struct SessionLengths: Hashable, Sendable {
    /// Without use.
    let idle: Duration
    let longest: Duration

    static let guest = SessionLengths(idle: Session.guestIdle, longest: Session.longestOfGuest)
    /// Unless their organisation has set it otherwise.
    static let member = SignInRules().lengths

    static func usual(_ subject: Session.Subject) -> SessionLengths {
        switch subject {
        case .guest: guest
        case .member: member
        }
    }
}

package struct SessionID: Hashable, Sendable {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }
}

extension Session {
    /// A guest keeps their phone to themselves and comes back for an answer days later; a member's screen stands at a desk.
    package static let guestIdle: Duration = .days(30)
    package static let longestOfGuest: Duration = .days(90)
    package static let memberIdle: Duration = SessionLengths.member.idle
    /// A shift: each begins with a password.
    package static let longestOfMember: Duration = SessionLengths.member.longest
    /// What its cookie allows for: whatever is set, it does not outlive this.
    package static let longestOfAnyMember: Duration = .hours(Int64(SignInRules.longestHours.upperBound))
    /// A session in use is written once in this time, not at each request.
    package static let touchInterval: Duration = .minutes(1)
}

/// What a browser shows to be let in: 256 random bits, as 64 hexadecimal digits. The house keeps its SHA-256 only.
package struct Token: Hashable, Sendable, CustomStringConvertible {
    static let bytes = 32
    package let text: String

    /// nil for what cannot be one.
    package init?(_ text: String) {
        guard text.utf8.count == 2 * Self.bytes, Hex.bytes(text) != nil else { return nil }
        self.text = text
    }

    init(_ bytes: [UInt8]) { text = Hex.text(bytes) }

    /// Not to be found in a log.
    package var description: String { "token" }
}

package struct GuestSignIn: Sendable {
    package let guest: Guest
    package let session: Session
    package let token: Token
    /// Older sessions that gave way to this one: their sockets are to be closed.
    package let ended: [SessionID]
}

package struct MemberSignIn: Sendable {
    package let member: Member
    package let session: Session
    package let token: Token
    /// Older sessions that gave way to this one: their sockets are to be closed.
    package let ended: [SessionID]
    /// For the browser to keep, also when it is signed out: whoever fails at this account elsewhere is no matter of its.
    package let mark: String
}
