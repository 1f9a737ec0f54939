/// How often what goes wrong, in a thousand: each run has weather of its own, so that faults are met alone and together.
struct Weather {
    let commitFails: Int
    let readFails: Int
    let slowResult: Int
    let nodeDies: Int
    let publicationLost: Int
    let publicationRepeated: Int
    let publicationDelayed: Int
    let lineBreaks: Int
    let commandRepeated: Int
    /// How many nodes the house has.
    let nodes: Int
    /// Between two things that go wrong by themselves, such as a node's end or a clock's jump.
    let calmBetween: ClosedRange<Int>

    init(_ dice: inout Dice) {
        // One in four runs has hardly any faults: what is wrong without them must be seen without them.
        let isFair = dice.perMille(250)
        func rate(_ most: Int, _ dice: inout Dice) -> Int { isFair ? 0 : dice.number(0...most) }
        commitFails = rate(80, &dice)
        readFails = rate(40, &dice)
        slowResult = rate(80, &dice)
        nodeDies = rate(6, &dice)
        publicationLost = rate(250, &dice)
        publicationRepeated = rate(200, &dice)
        publicationDelayed = rate(200, &dice)
        lineBreaks = rate(12, &dice)
        commandRepeated = rate(40, &dice)
        nodes = dice.number(2...3)
        calmBetween = isFair ? 15_000...40_000 : 1500...14_000
    }
}
