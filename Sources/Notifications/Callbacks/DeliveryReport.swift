/// What a provider says later of a letter that it has taken.
package struct DeliveryReport: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        case delivered
        /// It was handed on, and the phone or its network did not take it.
        case undelivered
        /// It never left the provider.
        case failed
    }

    /// As `Delivery.taken` had it.
    package let reference: String
    package let state: State
    /// In words for administrators; empty when it was delivered.
    package let reason: String

    package init(reference: String, state: State, reason: String) {
        self.reference = reference
        self.state = state
        self.reason = reason
    }

    /// Of a reference and of a reason from outside.
    static let maxReferenceBytes = 200
    static let maxReasonLength = 300
}

/// What a callback turned out to be.
package enum CallbackOutcome: Sendable, Hashable {
    case report(DeliveryReport)
    /// Genuine, and of no interest: the letter is still on its way.
    case onItsWay
    /// Not from them, not for us, or repeated too late.
    case refused(reason: String)
}
