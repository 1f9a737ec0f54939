import Presence

/// How presence is at one moment.
struct PresenceReading: Sendable {
    let census: PresenceCensus
    /// Topics that somebody of this node looks at.
    let watchedTopics: Int
}
