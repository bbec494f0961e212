import ArgumentParser
import BenchmarkKit
import CReferenceLoops

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@main
struct Main {
  static func main() async {
    // libmongoc makes a shared memory file for its counters as soon as it is loaded, or else when it is first used, and
    // removes it in an exit handler only: this program has none (see ``Output/exit(_:)``) and may be killed. Nobody
    // reads the counters.
    setenv("MONGOC_DISABLE_SHM", "1", 1)
    shm_unlink("/mongoc-\(getpid())")
    if CommandLine.argc > 2, CommandLine.arguments[1] == ChildProgram.loopArgument {
      exit(dbbench_reference_main(CommandLine.argc - 2, CommandLine.unsafeArgv + 2))
    }
    if CommandLine.argc > 1, CommandLine.arguments[1] == AllocationsCommand.name { CountedProgram.enter() }
    Output.exit(await Launcher.run(Array(CommandLine.arguments.dropFirst())))
  }
}

struct Dbbench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dbbench",
    abstract: "Compares PostgreSQL and MongoDB on the same work, on real servers.",
    usage: "dbbench [<subcommand>] [<options>]",
    discussion: """
      Without a subcommand it runs 'compare': it starts a throwaway PostgreSQL and MongoDB, loads the same catalog \
      of instructors, courses, reviewers and reviews into both, checks that both give the same answers, and times eight workloads on \
      them in turn. Everything it starts and makes is removed again.

      Exit status: 0 fine; 2 no verdict where one was required; 3 an assertion or a bar missed; 4 the backends answered \
      differently; 5 nothing can be concluded (durability or fingerprint differ, machine too busy or, for doctor, misleading); 64 wrong usage; 65 a \
      malformed results or mix file; 66 a file is missing or can't be written; 69 a server can't be reached or its program is \
      missing; 70 a defect; 73 the target holds something dbbench did not make; 77 wrong password or missing privilege; \
      129, 130 and 143 interrupted.
      """,
    subcommands: [
      CompareCommand.self, RunCommand.self, CapacityCommand.self, LoadCommand.self, VerifyCommand.self,
      WorkloadsCommand.self, ExplainCommand.self, ReportCommand.self, DoctorCommand.self,
      ReferenceCommand.self,
      ServersCommand.self,
      SimulateCommand.self, ValidateCommand.self, AllocationsCommand.self,
    ],
    defaultSubcommand: CompareCommand.self)
}
