/// What has happened to a case. Past tense, complete, and never changed after it was stored.
package enum Fact: Hashable, Sendable {
    case opened(Opening)
    case identifiersSubmitted([FieldValue])
    case intakeCompleted

    case messageSent(Message)
    case automaticMessageSent(AutomaticText)
    case noteWritten(Message)
    case messageEdited(Numbers, text: String)
    /// Leaves a tombstone; what was deleted stays in the history that the house keeps.
    case messageDeleted(Numbers)
    case blastDelivered(BlastID, Message)

    case claimed
    case released
    case transferred(TransferTarget)
    case participantAdded(MemberID)
    case participantRemoved(MemberID)
    case participantLeft
    /// The assignee's nodes have all missed them for longer than the grace: back to the queue.
    case assigneeLost(MemberID)

    case snoozed(until: Timestamp)
    case woke(WakeReason)

    case closeRequested
    case closeDeclined
    case closingWarned
    case closed(CloseReason)
    case reopened
    case retentionReached

    case firstResponseAlerted(level: Int)
    case missedResponseNoticed(Side)

    case callStarted(CallKind)
    case callAnswered
    case callDeclined
    case callEnded(CallEnd)

    case invited(InvitationChannel)
    case linkShared
    case merged(into: CaseID)
    case mergeUndone
    case absorbed(CaseID)
    case absorptionUndone(CaseID)

    // What only the case's row keeps.
    case seen(Side, upTo: Int64)
    case delivered(Side, upTo: Int64)
    case assigneeWentAbsent
    case assigneeCameBack
    case callPartyGone
    case callPartyBack
    case policyAdopted
}

package struct Opening: Hashable, Sendable {
    package let organisation: OrganisationID
    package let team: TeamID
    package let party: Party
    /// A category or a subject, as the team set it (S0.8, S0.9); empty for rooms and threads.
    package let category: CategoryID?
    package let subject: String
    /// Mandatory identifiers that were not given yet.
    package let missing: [FieldID]

    package init(
        organisation: OrganisationID, team: TeamID, party: Party, category: CategoryID? = nil, subject: String = "",
        missing: [FieldID] = []
    ) {
        self.organisation = organisation
        self.team = team
        self.party = party
        self.category = category
        self.subject = subject
        self.missing = missing
    }
}

/// The kind of case, with the outside person or organisation that it is about.
package enum Party: Hashable, Sendable {
    /// A guest came to a team.
    case support(GuestID)
    /// A member invited a guest.
    case room(GuestID)
    /// Organisation ↔ client: has no end (S3.24).
    case direct(ClientID)
}

package enum TransferTarget: Hashable, Sendable {
    case member(MemberID)
    case team(TeamID)
}

package enum AutomaticText: Hashable, Sendable {
    /// Next steps and estimated wait, by category and by hours (S0.10, S0.11).
    case welcome(String)
    /// The case closed itself after inactivity, or although nobody had answered: the guest is told.
    case closedByItself(unanswered: Bool)
}

package enum WakeReason: UInt8, Hashable, Sendable, CaseIterable {
    case timeCame
    case guestWrote
    case memberWoke
}

package enum CloseReason: Hashable, Sendable {
    /// The guest agreed to a request.
    case agreed
    /// The guest closed without being asked.
    case byGuest
    case bySupervisor(String)
    case inactive
    /// Seven days went by and nobody had ever answered.
    case unanswered
    /// Mandatory identifiers were never given.
    case abandoned
}

package enum CallKind: UInt8, Hashable, Sendable, CaseIterable {
    case voice
    case video
}

package enum CallEnd: UInt8, Hashable, Sendable, CaseIterable {
    case hungUp
    /// Rang out unanswered: a missed call.
    case missed
    /// A party was gone for longer than the grace.
    case lost
    /// The case was closed, released or handed on.
    case caseMovedOn
}

package enum InvitationChannel: UInt8, Hashable, Sendable, CaseIterable {
    case sms
    case email
}
