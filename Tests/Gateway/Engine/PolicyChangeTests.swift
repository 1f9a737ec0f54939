import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

/// A changed policy reaches every open case of its team, whatever happens meanwhile.
@Suite struct PolicyChangeTests {
    private static func policy(_ revision: Int, _ alert: Duration) -> TeamRules {
        var policy = Policy()
        policy.revision = revision
        policy.firstResponseAlert = alert
        return TeamRules(policy: policy)
    }

    @Test func `a policy that changes again while cases are asked for reaches all of them`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let ward = Ward(limits: limits)
        let cases = (1...10).map { number in
            ward.pass(.milliseconds(5))
            return ward.open(guest: GuestID(Int64(number)))
        }
        ward.settle()
        ward.engine.adopt(Self.policy(2, .minutes(4)), for: Ward.team)
        var changed = false
        for _ in 0..<100 {
            guard let job = ward.engine.nextJob() else { break }
            if case .openCases(_, let after, _) = job.kind, after != nil, !changed {
                changed = true
                ward.engine.adopt(Self.policy(3, .seconds(30)), for: Ward.team)
            }
            ward.carryOut(job)
            ward.pass(.milliseconds(2))
        }
        #expect(changed)
        ward.live(.seconds(60))
        let alerts = try cases.map { try ward.state(of: $0).unanswered?.alerts ?? 0 }
        #expect(alerts.allSatisfy { $0 == 1 })
    }

    @Test func `another team's change is not taken for this one's`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let ward = Ward(limits: limits)
        let ours = (1...6).map { ward.open(guest: GuestID($0)) }
        let theirs = (11...13).map { ward.open(guest: GuestID($0), team: TeamID(2)) }
        ward.settle()
        ward.engine.adopt(Self.policy(2, .minutes(4)), for: Ward.team)
        ward.engine.adopt(Self.policy(2, .seconds(30)), for: TeamID(2))
        let job = try #require(ward.engine.nextJob())
        var current = job
        for _ in 0..<20 {
            if case .openCases = current.kind { break }
            ward.carryOut(current)
            ward.pass(.milliseconds(2))
            current = try #require(ward.engine.nextJob())
        }
        ward.engine.adopt(Self.policy(3, .seconds(30)), for: Ward.team)
        ward.carryOut(current)
        ward.live(.seconds(60))
        let alerts = try (ours + theirs).map { try ward.state(of: $0).unanswered?.alerts ?? 0 }
        #expect(alerts.allSatisfy { $0 == 1 })
    }

    @Test func `a policy's change survives a store that is away for a moment`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let ward = Ward(limits: limits)
        let cases = (1...10).map { ward.open(guest: GuestID($0)) }
        ward.settle()
        var failures = 1
        ward.onCommit = { _ in
            guard failures > 0 else { return nil }
            failures -= 1
            return .committed(.failure(.unavailable("failing over")))
        }
        ward.engine.adopt(Self.policy(2, .seconds(30)), for: Ward.team)
        ward.live(.seconds(60))
        let alerts = try cases.map { try ward.state(of: $0).unanswered?.alerts ?? 0 }
        #expect(alerts.allSatisfy { $0 == 1 })
    }

    @Test func `a case that is being made when the policy changes is measured by it`() throws {
        let ward = Ward()
        ward.live(.seconds(2))
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        let tag = ward.submit(.open(opening), by: Ward.guest)
        let commit = try #require(ward.nextWork())
        ward.engine.adopt(Self.policy(2, .seconds(30)), for: Ward.team)
        // The reader is quicker than the writer.
        while let job = ward.engine.nextJob() { ward.carryOut(job) }
        ward.carryOut(commit)
        let id = try #require(ward.replies[tag]?.receipt?.id)
        ward.live(.seconds(60))
        #expect(try ward.state(of: id).unanswered?.alerts == 1)
    }
}
