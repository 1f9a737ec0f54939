/// The bounds of one feed. A test may make them small; the product uses them as they are.
package struct FeedLimits: Hashable, Sendable {
    /// Events a page: a screen or two of a conversation, and with bodies of usual size less than a socket's send queue
    /// holds, so that a long replay goes out page by page.
    package let pageEvents: Int
    /// Events kept while a missing one may still overtake. A case sees a few events a second, a wait lasts 20 ms: more
    /// than this is a flood, and reading a page is cheaper than holding it for every socket.
    package let keptEvents: Int

    package init(pageEvents: Int = 100, keptEvents: Int = 32) {
        self.pageEvents = max(1, pageEvents)
        self.keptEvents = max(0, keptEvents)
    }
}

/// How long a feed waits for what.
package enum FeedWait {
    /// Two nodes publish over connections of their own, so that a later event may overtake an earlier one by as much as
    /// a turn of a loop and a commit take. Longer would be seen by a person typing; shorter would read the store for a
    /// number that is under way.
    package static let forOvertaking: Duration = .milliseconds(20)
    /// A store that failed is asked again this often: soon enough for a person who waits, seldom enough for a store that
    /// is starting up under thousands of feeds.
    package static let afterFailedRead: Duration = .seconds(1)
}
