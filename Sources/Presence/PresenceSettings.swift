/// Every duration of presence. All of them are measured on the node's own monotonic clock and never compared between
/// nodes, so that clocks need not agree.
package struct PresenceSettings: Equatable, Sendable {
    /// Changes wait this long for company, in both directions: below what a person notices, and it turns a storm of
    /// reconnecting clients into ten messages a second.
    package var coalescing = Duration.milliseconds(100)
    /// A node says this often that it lives and what changed. It bounds how long a lost message stays unnoticed.
    package var digest = Duration.milliseconds(4500)
    /// A node unheard for so long is taken for dead, and its people with it. Three digests and a second for the way of the
    /// third: two may be lost. Nobody is to be seen for more than 15 s after their node has died; the rest of that is for
    /// telling it.
    package var silence = Duration.milliseconds(14_500)
    /// After its start, and after the broker's return, a node takes nobody for away before it could hear every other
    /// node once: a digest, and a second for the way.
    package var settling = Duration.seconds(6)
    /// A question without an answer is asked again after this.
    package var askingAgain = Duration.seconds(1)
    /// Whoever comes back within this never appeared away: a page that reloads, a phone that changes its network, a
    /// node that is replaced.
    package var grace = Duration.seconds(8)
    /// After the last keystroke: longer than a pause for thought, shorter than a reader's patience.
    package var typing = Duration.seconds(6)
    /// Who goes on typing is announced this often, so that one lost message does not end it.
    package var typingRepeat = Duration.seconds(2)

    package init() {}

    /// What is wrong with these settings, in words for whoever wrote them; empty if nothing is.
    package var problems: [String] {
        var problems: [String] = []
        func require(_ isMet: Bool, _ rule: String) {
            if !isMet { problems.append(rule) }
        }
        for (name, value) in named where value <= .zero || value > Self.longest {
            problems.append("\(name) is \(value); it must be above 0 and at most \(Self.longest)")
        }
        require(coalescing <= .seconds(1), "coalescing is \(coalescing); above 1 second people notice it")
        require(
            silence >= digest * 2,
            "silence (\(silence)) must be at least two digests (\(digest) each), or one lost digest kills a node")
        require(
            settling >= digest,
            "settling (\(settling)) must be at least a digest (\(digest)), or nodes are forgotten that are there")
        require(
            grace <= silence,
            "grace (\(grace)) must not exceed silence (\(silence)): a dead node's people would outlive their node")
        require(
            askingAgain >= coalescing * 3 && askingAgain < silence,
            "askingAgain (\(askingAgain)) must be at least three times coalescing (\(coalescing)), for the answer's "
                + "way, and below silence (\(silence))")
        require(
            typing >= typingRepeat * 2,
            "typing (\(typing)) must be at least twice typingRepeat (\(typingRepeat)), or one lost message ends it")
        return problems
    }

    private static let longest = Duration.seconds(86_400)

    private var named: [(String, Duration)] {
        [
            ("coalescing", coalescing), ("digest", digest), ("silence", silence), ("settling", settling),
            ("askingAgain", askingAgain), ("grace", grace), ("typing", typing), ("typingRepeat", typingRepeat),
        ]
    }
}
