import Wire

/// What a client does before it chats.
enum Errand {
    /// A guest opens a case, and answers what the team must know.
    struct Opening {
        let team: String
        let topic: OpenCommand.Topic
        let values: [FieldEntry]
        let openKey: UInt128
        let identifyKey: UInt128
        var step = OpeningStep.open
        var isUnderWay = false
    }

    enum OpeningStep {
        case open
        case identify(caseID: String)
        case done
    }

    /// A member takes a case on.
    struct Claim {
        let caseID: String
        let key: UInt128
        var isUnderWay = false
    }
}

/// What an answer is to.
enum Purpose {
    case authenticate, ping, watch, open, identify
    case subscribe(FollowedCase)
    case claim(caseID: String)
    case send(FollowedCase)
}
