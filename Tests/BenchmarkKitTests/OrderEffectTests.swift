import FoundationEssentials
import Testing

@testable import BenchmarkKit

/// What makes a ratio doubtful is said beside it: the order of the arms, and noise.
@Suite struct OrderEffectTests {
  private static let names = ["instructor-get", "course-team", "instructor-page"]

  /// ABBA and BAAB by turns; `carriedOver` multiplies the ratios of one workload's BAAB blocks.
  private func summary(carriedOver: Double) throws -> ComparisonSummary {
    var ratios = [Fixture.ratios(3), Fixture.ratios(2), Fixture.ratios(1.2)]
    for number in stride(from: 1, to: 12, by: 2) { ratios[1][number] *= carriedOver }
    let record = Fixture.record(Fixture.plan(Self.names, acceptsBusyMachine: false), ratios: ratios) {
      $0.isMultiple(of: 2) ? .abba : .baab
    }
    return try #require(ComparisonSummary(record))
  }

  @Test func anOrderThatMatteredIsAWarningBesideTheVerdict() throws {
    let summary = try self.summary(carriedOver: 1.3)
    #expect(summary.workloads.map { $0.order?.warning != nil } == [false, true, false])
    let order = try #require(summary.workloads[1].order)
    #expect((order.abba?.blocks, order.baab?.blocks) == (6, 6))
    // All six of one side: 2 of 924 ways, and three workloads.
    #expect(try (#require(order.pValue) - 2.0 / 924).magnitude < 1e-12)
    #expect(try (#require(order.adjustedPValue) - 6.0 / 924).magnitude < 1e-12)
    let text = try #require(order.warning)
    #expect(text.hasPrefix("the order of the arms mattered: one 2.0"), "\(text)")
    #expect(text.contains("× in 6 blocks ABBA, 2.5"), "\(text)")
    let verdict = try #require(ComparisonTables.verdicts(summary).dropFirst().first)
    #expect(verdict.contains("12/12 blocks agree; the order of the arms mattered: "))
    #expect(ComparisonTables.notes(summary).contains { $0.contains("rank-sum test") })
    #expect(MarkdownReport.text(summary).contains("blocks agree; the order of the arms mattered: "))
    let record = Fixture.record(
      summary.plan, ratios: [Fixture.ratios(3), Fixture.ratios(2), Fixture.ratios(1.2)])
    let html = try #require(HTMLReport.text(summary, record))
    #expect(html.contains("role=\"note\">course-team: the order of the arms mattered"))
    #expect(html.contains("By the order of the arms in a block: one 3.0"))
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(ComparisonSummary.self, from: data) == summary)
  }

  @Test func anOrderThatDidNotMatterIsShownWithoutAWarning() throws {
    let summary = try self.summary(carriedOver: 1)
    #expect(summary.workloads.allSatisfy { $0.order?.warning == nil && $0.order?.adjustedPValue != nil })
    #expect(!ComparisonTables.notes(summary).contains { $0.contains("rank-sum") })
    // Of one order there is nothing to compare.
    let one = try #require(ComparisonSummary(Fixture.record(summary.plan, ratios: [Fixture.ratios(3)])))
    #expect(one.workloads[0].order?.pValue == nil && one.workloads[0].order?.abba?.blocks == 12)
  }

  @Test func highNoiseIsSaid() throws {
    var summary = try self.summary(carriedOver: 1)
    #expect(!ComparisonTables.notes(summary).contains { $0.hasPrefix("High noise") })
    summary.workloads[0].arms[0].noise = 0.224
    summary.workloads[1].arms[1].noise = 0.09
    let note = try #require(ComparisonTables.notes(summary).first { $0.hasPrefix("High noise") })
    #expect(note.contains("more than 10% beside their mean: instructor-get on one 22.4%."), "\(note)")
  }
}
