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
    /// The content is to be destroyed, and with it that of the rooms which this one absorbed.
    ///
    /// They have no retention of their own while this one lives. In the transaction that stores this event the store
    /// destroys the keys of all of them; the engine then gives each named room the command `erase`.
    case erased(ErasureReason, absorbed: [CaseID])

    case firstResponseAlerted(level: Int)
    case missedResponseNoticed(MissedResponse)

    case callStarted(CallKind)
    case callAnswered
    case callDeclined
    case callEnded(CallEnd)

    case invited(InvitationChannel)
    case linkShared
    case merged(into: CaseID)
    /// The other room's notices were about the streaks of these sides, too.
    case mergeUndone(noticed: [Side])
    case absorbed(Absorption)
    case absorptionUndone(CaseID)

    // What only the case's row keeps.
    case seen(Side, upTo: Int64)
    case delivered(Side, upTo: Int64)
    case assigneeWentAbsent
    case assigneeCameBack
    case callPartyGone(Side)
    case callPartyBack(Side)
    case policyAdopted(AdoptedPolicy)
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
    /// With the reason; nil for who may not read it.
    case bySupervisor(String?)
    case inactive
    /// Seven days went by and nobody had ever answered.
    case unanswered
    /// Mandatory identifiers were never given.
    case abandoned
}

package enum ErasureReason: UInt8, Hashable, Sendable, CaseIterable {
    case retention
    case request
}

/// A side has not seen what waits for it: the occasion of one notice.
package struct MissedResponse: Hashable, Sendable {
    package let side: Side
    /// In the side's own numbers. Once all of it was seen, the notice is obsolete.
    package let unseen: ClosedRange<Int64>
    /// By how much the notice is late is counted from here.
    package let dueAt: Timestamp

    package init(side: Side, unseen: ClosedRange<Int64>, dueAt: Timestamp) {
        self.side = side
        self.unseen = unseen
        self.dueAt = dueAt
    }
}

/// What a room takes over from one that is merged into it: what is the person's, not the log's.
package struct Absorption: Hashable, Sendable {
    /// The merged room, then those that it had absorbed before.
    package let rooms: [CaseID]
    /// Theirs, each once. A merger of rooms whose guests typed different names makes them all guests of this one.
    package let guests: [GuestID]
    package let invitations: Int
    /// The guest spoke last; whether somebody is alerted yet is another matter.
    package let isWaitedFor: Bool
    package let unanswered: Unanswered?
    package let guestStreak: Streak?
    package let teamStreak: Streak?

    package subscript(side: Side) -> Streak? {
        switch side {
        case .guest: guestStreak
        case .team: teamStreak
        }
    }

    /// An unseen streak without its numbers, which mean nothing in another log.
    package struct Streak: Hashable, Sendable {
        package let began: Timestamp
        package let wasNoticed: Bool

        package init(began: Timestamp, wasNoticed: Bool) {
            self.began = began
            self.wasNoticed = wasNoticed
        }
    }

    package init(
        rooms: [CaseID], guests: [GuestID], invitations: Int, isWaitedFor: Bool, unanswered: Unanswered?,
        guestStreak: Streak?, teamStreak: Streak?
    ) {
        self.rooms = rooms
        self.guests = guests
        self.invitations = invitations
        self.isWaitedFor = isWaitedFor
        self.unanswered = unanswered
        self.guestStreak = guestStreak
        self.teamStreak = teamStreak
    }
}

/// What a state remembers of the policy that it was last decided under.
package struct AdoptedPolicy: Hashable, Sendable {
    package let revision: Int
    package let noticesGuest: Bool
    package let noticesTeam: Bool

    package init(revision: Int, noticesGuest: Bool = true, noticesTeam: Bool = true) {
        self.revision = revision
        self.noticesGuest = noticesGuest
        self.noticesTeam = noticesTeam
    }

    package func notices(_ side: Side) -> Bool {
        switch side {
        case .guest: noticesGuest
        case .team: noticesTeam
        }
    }
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
