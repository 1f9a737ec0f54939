import CaseStore
import Wire

/// Whom a socket's ticket lets in.
struct Admission: Sendable {
    let session: Session
    let guest: GuestName?

    /// Of sockets that come at the same time.
    static func each(tickets: [String], _ directory: Directory) -> [Result<Admission, DirectoryError>] {
        directory.redeem(tickets: tickets, at: SystemClock.now().wall).map { redeemed in
            redeemed.flatMap { session in
                Result { () throws(DirectoryError) in
                    Admission(session: session, guest: try guestName(session, directory))
                }
            }
        }
    }

    private static func guestName(_ session: Session, _ directory: Directory) throws(DirectoryError) -> GuestName? {
        guard case .guest(let id) = session.subject else { return nil }
        let guest = try directory.guest(id)
        return GuestName(id: guest.publicID.text, firstName: guest.firstName, lastName: guest.lastName)
    }
}
