import CaseMachine
import CaseStore
import Presence
import Wire

/// Who sits at a socket. All of it comes from the session, nothing from a payload.
struct Visitor: Sendable {
    let session: SessionID
    let actor: Actor
    let side: Side
    let organisation: OrganisationID
    let person: PersonID
    let device: DeviceKind
    /// When the session ends in any case.
    var endsAt: Timestamp
    /// When the session ends if it is not used before; other sockets and requests may have used it since.
    var idleAt: Timestamp

    var member: MemberActor? {
        if case .member(let member) = actor { member } else { nil }
    }

    var guest: GuestActor? {
        if case .guest(let guest) = actor { guest } else { nil }
    }

    /// Nil if there is no such member any more.
    init?(_ session: Session, device: Device, roster: Roster) {
        switch session.subject {
        case .guest(let guest):
            actor = .guest(GuestActor(guest: guest, organisation: session.organisation))
            side = .guest
            person = PersonID(guest)
        case .member(let id):
            guard let member = roster[id], member.isActive, member.organisation == session.organisation else {
                return nil
            }
            actor = .member(member.actor)
            side = .team
            person = PersonID(id)
        }
        self.session = session.id
        organisation = session.organisation
        endsAt = session.endsAt
        idleAt = session.idleAt
        self.device = DeviceKind(device)
    }

    /// The member was deactivated.
    func isShutOut(_ roster: Roster) -> Bool {
        guard let member else { return false }
        return roster[member.member]?.isActive != true
    }

    /// The member may do something else now than when the socket was opened.
    func hasChanged(_ roster: Roster) -> Bool {
        guard let member else { return false }
        return roster[member.member].map { .member($0.actor) != actor } ?? true
    }
}

extension DeviceKind {
    fileprivate init(_ device: Device) {
        switch device {
        case .phone: self = .phone
        case .tablet: self = .tablet
        case .desktop: self = .desktop
        case .other: self = .other
        }
    }
}
