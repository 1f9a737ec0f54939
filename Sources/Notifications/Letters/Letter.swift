package import CaseMachine

/// Something that leaves the building: an SMS or an e-mail.
package struct Letter: Sendable, Hashable {
    package enum Channel: String, Sendable, Hashable {
        case sms
        case email
    }

    package let channel: Channel
    /// A phone number or an e-mail address, normalised.
    package let to: String
    /// Empty for an SMS.
    package let subject: String
    package let text: String
    package let at: Timestamp

    package init(channel: Channel, to: String, subject: String = "", text: String, at: Timestamp) {
        self.channel = channel
        self.to = to
        self.subject = subject
        self.text = text
        self.at = at
    }
}
