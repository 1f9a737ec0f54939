extension Draft {
    mutating func invite(by channel: InvitationChannel) throws(Rejection) {
        try checkRoom()
        guard state.invitationCount < Limits.invitations else { throw .tooMany(limit: Limits.invitations) }
        add(.invited(channel))
    }

    /// "Get link" stays disabled until an invitation has been sent (S4.5).
    mutating func shareLink() throws(Rejection) {
        try checkRoom()
        guard state.invitationCount > 0 else { throw .inviteFirst }
        add(.linkShared)
    }

    mutating func deliver(_ blast: BlastID, _ message: Message) throws(Rejection) {
        guard policy.allowsClientChat else { throw .switchedOff }
        try check(message)
        add(.blastDelivered(blast, message.inOwnVoice))
    }

    private func checkRoom() throws(Rejection) {
        if !state.party.isRoom { throw .notARoom }
    }
}

extension Party {
    var isRoom: Bool {
        switch self {
        case .room: true
        case .support, .direct: false
        }
    }
}
