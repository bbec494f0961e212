/// What comments are composed of, in three tones. A sentence is an opener (sometimes), a subject, a predicate and a tail
/// (sometimes), or stands by itself, or is about the field (`*`) that the course belongs to.
///
/// Written for this project. Predicates don't inflect with their subject. Changing a list changes every catalog with
/// reviews: raise ``Catalog/formatVersion``.
enum CommentWords {
  struct Tone: Sendable {
    let predicates: [String]
    let sentences: [String]
    let aboutField: [String]
  }

  /// For 4½ stars and more, from 3 stars, and for less.
  static let tones = [pleased, undecided, disappointed]

  private static func lines(_ text: String) -> [String] { text.split(separator: "\n").map { String($0) } }

  static let openers = lines(
    """
    Honestly,
    To my surprise,
    From the first week on
    In my experience
    For a beginner like me
    As a working parent I have to say that
    Coming from another field, I found that
    Compared with other courses,
    By the end of the second module
    After twenty years in industry I can say that
    Even on a slow connection
    As far as I am concerned,
    Without exaggeration,
    Looking back,
    All in all
    Like many others in the forum I think that
    """)

  static let subjects = lines(
    """
    The lectures
    The quizzes
    The video lectures
    The weekly assignments
    The final project
    The capstone
    The instructor
    The professor
    The teaching staff
    The reading list
    The programming exercises
    The peer reviews
    The discussion forum
    The slides
    The examples from practice
    The case studies
    The interviews with guests
    The graded assignments
    The optional modules
    The transcripts
    The lab sessions
    The first two weeks
    The last module
    The explanations
    The demonstrations
    The structure of the course
    The pace of the course
    The exercises in the notebooks
    The feedback of other learners
    The summary at the end of each week
    """)

  static let tails = lines(
    """
     in the first week
     in the second half
     in module three
     more than once
     from beginning to end
     on every single topic
     in less than a month
     next to a full-time job
     without any background in mathematics
     although English is not my first language
     when I came back to it after a break
     before my exam
     in ways I did not expect
     (see week four)
     – at least in my case
     as in no other course I have taken here
    """)

  private static let pleased = Tone(
    predicates: lines(
      """
      made difficult ideas simple
      helped me to change my career
      kept me motivated
      explained every step with patience
      covered exactly what I needed at work
      brought the theory and the practice together
      gave me the confidence to go on
      made me look forward to the next week
      answered questions I had carried around for years
      taught me more than a semester at university
      struck the right balance between depth and length
      got to the point without wasting a minute
      built on each other very well
      showed how things are done in the real world
      left nothing important out
      made me think
      made me laugh more than once
      encouraged me to read further
      exceeded my expectations
      turned a dry subject into a pleasure
      prepared me well for the certificate
      worked flawlessly on my phone
      saved me weeks of searching on my own
      earned every one of the five stars
      """),
    sentences: lines(
      """
      Great course, thank you!
      Excellent course, highly recommended.
      One of the best courses I have taken so far.
      I enjoyed every minute of it.
      Thank you very much to the whole team!
      Very clear, well organized and easy to follow.
      I would recommend it to anyone who is starting out.
      I learned a lot and had fun doing it.
      Simply amazing. 👏👏👏
      ¡Muchas gracias! Un curso excelente.
      Très bon cours, merci beaucoup à l'équipe.
      Sehr gut erklärt, klare Empfehlung.
      Отличный курс, спасибо!
      非常好的课程，谢谢老师！
      It was worth the time and the money.
      I have already signed up for the next one.
      Five stars from me, without hesitation.
      Best decision I made this year.
      Well paced, and the material is up to date.
      I used what I learned at work on the very next day.
      Thanks to this course I passed my interview.
      I wish I had found it earlier.
      """),
    aboutField: lines(
      """
      As an introduction to * it is hard to beat.
      I finally understand what * is about.
      If you want to learn *, start here.
      It gave me a solid foundation in *.
      I never thought that * could be this interesting.
      My team now relies on what I learned about *.
      It made me want to study * in earnest.
      The best overview of * that I know of.
      """))

  private static let undecided = Tone(
    predicates: lines(
      """
      could have gone deeper
      helped, but left some questions open
      started well and then lost focus
      would profit from an update
      felt rushed in places
      took longer than announced
      assumed more background than the description says
      repeated themselves a little too often
      needed more examples
      made sense only after a second look
      did the job, no more and no less
      varied a lot in quality
      served me well for the most part
      got better with every week
      could use better subtitles
      contained a few mistakes
      """),
    sentences: lines(
      """
      Good course, but not quite what I expected.
      Decent content with room for improvement.
      Some parts are outdated by now.
      I liked it, although it was rather basic.
      A good start if you have time to read on by yourself.
      Not bad, but I expected more depth.
      The content is good, the platform had its problems.
      Useful in parts; I skipped the rest.
      Too much theory for my taste, yet still useful.
      Good for beginners, less so for everyone else.
      Three and a half hours would have been enough.
      It is all right for the price.
      """),
    aboutField: lines(
      """
      As a first look at * it is fine.
      I had hoped for more about *.
      It touches on * without going into it.
      Half of it has little to do with *.
      You will need another book on * next to it.
      Fine as a refresher if you know some * already.
      """))

  private static let disappointed = Tone(
    predicates: lines(
      """
      did not help me at all
      contained too many errors
      had nothing to do with the quizzes
      went far too fast
      dragged on without saying much
      confused me more than before
      should have been checked by somebody
      did not work in my browser
      lacked any depth
      turned out to be years out of date
      never answered the question
      remained impossible to follow
      left me alone with the hard parts
      read like an advertisement
      made me give up
      broke off in the middle
      """),
    sentences: lines(
      """
      I asked for my money back.
      Not worth the time, to be honest.
      I gave up in the third week.
      Very disappointing, I expected much more.
      Nobody answers in the discussion forum.
      The sound is so bad that I could not follow.
      My assignment was never graded by anybody.
      It promises a lot and delivers very little.
      I could not finish it because the grader is broken.
      Look elsewhere, there are better courses for free.
      """),
    aboutField: lines(
      """
      This is not how * should be taught.
      I learned next to nothing about *.
      Whoever made it does not know much about *.
      There must be better courses on *.
      After four weeks I still can't do anything with *.
      """))
}
