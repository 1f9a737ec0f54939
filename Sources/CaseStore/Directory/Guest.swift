package import CaseMachine

/// An outside person with a contact that was verified. Another name at the same contact is another guest.
package struct Guest: Hashable, Sendable {
    package let id: GuestID
    package let publicID: PublicID
    package let organisation: OrganisationID
    package let firstName: String
    package let lastName: String
    package let contact: Contact

    package var actor: GuestActor { GuestActor(guest: id, organisation: organisation) }
}
