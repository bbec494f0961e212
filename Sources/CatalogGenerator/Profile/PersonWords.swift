/// Given and family names by the language area they come from, the more frequent ones first.
///
/// Written for this project. Changing a list changes every catalog: raise ``Catalog/formatVersion``.
struct NameCulture: Sendable {
  /// Of 1,000 instructors.
  let share: UInt64
  let given: [String]
  let family: [String]
  /// What joins two family names: "García Márquez", "Weber-Huber".
  let familySeparator: String
  /// Of 256 instructors, how many have two family names.
  let doubleFamilyShare: UInt8

  init(share: UInt64, separator: String = "-", doubleFamilyShare: UInt8 = 12, given: String, family: String) {
    self.share = share
    self.given = WordList.split(given)
    self.family = WordList.split(family)
    familySeparator = separator
    self.doubleFamilyShare = doubleFamilyShare
  }
}

enum WordList {
  /// The words of a text that separates them by commas, each comma followed by a space or the end of a line.
  static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0.drop { $0 == " " || $0 == "\n" }) }
  }
}

enum PersonWords {
  static let cultures: [NameCulture] =
    [english, indian, chinese, spanish, german, french, arabic]
    + [portuguese, slavic, nordic, japanese, italian, african, turkish, vietnamese, korean, greek]
    + [dutch, cyrillic, han]

  static let english = NameCulture(
    share: 230,
    given: """
      James, Mary, David, Sarah, Michael, Jennifer, John, Elizabeth, Robert, Emily, William, Laura, Thomas, Rachel,
      Daniel, Rebecca, Andrew, Grace, Matthew, Hannah, Christopher, Catherine, Stephen, Margaret, Peter, Alice,
      Benjamin, Charlotte, Samuel, Eleanor, Jonathan, Abigail, Timothy, Victoria, Edward, Heather, Patrick, Fiona,
      Simon, Joan, Neil, Ruth, Owen, Megan, Graham, Imogen, Ewan, Bronwen, Declan, Siobhán
      """,
    family: """
      Smith, Johnson, Williams, Brown, Jones, Taylor, Davies, Wilson, Evans, Thomas, Roberts, Walker, Wright, Robinson,
      Thompson, White, Hughes, Edwards, Green, Hall, Wood, Harris, Clarke, Jackson, Turner, Hill, Cooper, Ward, Moore,
      Morris, King, Watson, Baker, Harrison, Morgan, Allen, Mitchell, Bennett, Bailey, Shaw, Miller, Cox, Marshall,
      Fletcher, Hopper, Whitfield, Ashworth, Hathaway, Sinclair, MacDonald, O'Brien, O'Sullivan, Fitzgerald,
      Featherstonehaugh, Llewellyn, Ó Conaill
      """)

  static let indian = NameCulture(
    share: 125,
    given: """
      Rahul, Priya, Amit, Anjali, Rajesh, Kavita, Sanjay, Deepa, Vijay, Sunita, Arjun, Meera, Anil, Lakshmi, Suresh,
      Nandini, Ravi, Shreya, Vikram, Pooja, Ashok, Divya, Manoj, Radhika, Karthik, Swati, Harish, Aishwarya, Naveen,
      Gayatri, Siddharth, Ishita, Venkatesh, Padma, Balasubramaniam, Usha
      """,
    family: """
      Sharma, Patel, Singh, Kumar, Gupta, Reddy, Iyer, Nair, Rao, Das, Mehta, Joshi, Verma, Chatterjee, Banerjee,
      Mukherjee, Desai, Shah, Agarwal, Kapoor, Malhotra, Menon, Pillai, Krishnan, Subramanian, Srinivasan, Bhat, Kulkarni,
      Deshpande, Chaudhary, Mishra, Pandey, Ghosh, Sen, Bose, Naidu, Ranganathan, Venkataraman, Chandrasekharan
      """)

  static let chinese = NameCulture(
    share: 120,
    given: """
      Wei, Li, Jing, Min, Yan, Lei, Yang, Jun, Tao, Ming, Chao, Xin, Hui, Ping, Qiang, Xiaoming, Yuting, Haoran, Zihan,
      Jiayi, Xiaoyu, Yifan, Mengyao, Junjie, Siyuan, Wenjing, Zhiyuan, Xinyi, Yuxuan, Ruoxi, Pengfei, Guoqiang
      """,
    family: """
      Wang, Li, Zhang, Liu, Chen, Yang, Huang, Zhao, Wu, Zhou, Xu, Sun, Ma, Zhu, Hu, Guo, He, Lin, Gao, Luo, Zheng, Liang,
      Xie, Song, Tang, Deng, Han, Feng, Cao, Peng, Zeng, Xiao, Tian, Dong, Pan, Yuan, Cai, Jiang, Yu, Du, Ouyang, Situ
      """)

  static let spanish = NameCulture(
    share: 90, separator: " ", doubleFamilyShare: 90,
    given: """
      María, José, Carmen, Antonio, Ana, Juan, Laura, Carlos, Lucía, Javier, Isabel, Miguel, Marta, Alejandro, Elena,
      Francisco, Sofía, Luis, Paula, Diego, Pilar, Pablo, Rocío, Fernando, Inés, Andrés, Ximena, Joaquín, Verónica, Raúl,
      Guadalupe, Íñigo, Begoña, Nicolás
      """,
    family: """
      García, Rodríguez, González, Fernández, López, Martínez, Sánchez, Pérez, Gómez, Martín, Jiménez, Ruiz, Hernández,
      Díaz, Moreno, Muñoz, Álvarez, Romero, Alonso, Gutiérrez, Navarro, Torres, Domínguez, Vázquez, Ramos, Gil, Ramírez,
      Serrano, Blanco, Molina, Morales, Suárez, Ortega, Delgado, Castro, Ortiz, Rubio, Marín, Núñez, Iglesias, Peña,
      de la Cruz, de la Fuente
      """)

  static let german = NameCulture(
    share: 75,
    given: """
      Thomas, Anna, Michael, Julia, Stefan, Katharina, Andreas, Sabine, Christian, Claudia, Markus, Susanne, Martin,
      Petra, Wolfgang, Ursula, Jürgen, Monika, Matthias, Birgit, Klaus, Heike, Tobias, Lena, Jörg, Käthe, Friedrich,
      Johanna, Günther, Bärbel, Karl-Heinz, Annegret, Lukas, Magdalena
      """,
    family: """
      Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Schäfer, Koch, Bauer, Richter,
      Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Braun, Krüger, Hofmann, Hartmann, Lange, Schmitt, Werner,
      Krause, Meier, Lehmann, Köhler, Huber, Kaiser, Fuchs, Peters, Lang, Scholz, Möller, Weiß, Jung, Größer, Vogel,
      Freiherr von Hohenfels, Schwarzenberger
      """)

  static let french = NameCulture(
    share: 65,
    given: """
      Marie, Pierre, Camille, Jean, Sophie, Nicolas, Claire, Philippe, Hélène, François, Chloé, Julien, Élodie, Laurent,
      Céline, Olivier, Amélie, Sébastien, Anaïs, Étienne, Margaux, Benoît, Geneviève, Rémi, Aurélie, Jean-Baptiste,
      Marie-Thérèse, Gaël, Noémie, Loïc
      """,
    family: """
      Martin, Bernard, Dubois, Thomas, Robert, Richard, Petit, Durand, Leroy, Moreau, Simon, Laurent, Lefebvre, Michel,
      Garcia, David, Bertrand, Roux, Vincent, Fournier, Morel, Girard, André, Lefèvre, Mercier, Dupont, Lambert, Bonnet,
      François, Martinez, Legrand, Garnier, Faure, Rousseau, Blanc, Guérin, Müller, Lemaître, Châtelain, Besançon,
      de Beaumont, L'Hôpital
      """)

  static let arabic = NameCulture(
    share: 50, separator: " ", doubleFamilyShare: 20,
    given: """
      Mohammed, Fatima, Ahmed, Aisha, Omar, Maryam, Ali, Layla, Hassan, Noor, Youssef, Zainab, Khalid, Salma, Ibrahim,
      Hanan, Tariq, Rania, Mustafa, Yasmin, Karim, Nadia, Samir, Amina, Abdulrahman, Dalal, Bilal, Iman
      """,
    family: """
      Hassan, Ali, Ahmed, Khan, Ibrahim, Mahmoud, Hussein, Mansour, Khalil, Haddad, Saleh, Nasser, Farah, Rahman, Aziz,
      Hamdan, Qasim, Shaheen, Darwish, Zidan, Abdallah, Sabbagh, Khoury, Najjar, Al-Masri, Al-Rashid, El-Sayed, Bin Said,
      Al-Khwarizmi, Abd al-Rahman
      """)

  static let portuguese = NameCulture(
    share: 40, separator: " ", doubleFamilyShare: 60,
    given: """
      Maria, João, Ana, Pedro, Beatriz, Tiago, Mariana, Rafael, Inês, Gustavo, Larissa, Bruno, Catarina, Felipe, Júlia,
      Rodrigo, Letícia, Gonçalo, Conceição, Thiago, Débora, Vinícius
      """,
    family: """
      Silva, Santos, Oliveira, Souza, Pereira, Costa, Rodrigues, Almeida, Nascimento, Lima, Araújo, Fernandes, Carvalho,
      Gomes, Martins, Rocha, Ribeiro, Barbosa, Teixeira, Cardoso, Moreira, Magalhães, Gonçalves, Simões, Conceição, Brandão
      """)

  static let slavic = NameCulture(
    share: 45,
    given: """
      Anna, Piotr, Katarzyna, Jan, Elena, Ivan, Natalia, Andrej, Olga, Tomáš, Petra, Marek, Zuzana, Jiří, Magdalena,
      Krzysztof, Ivana, Milan, Agnieszka, Łukasz, Lenka, Ondřej, Milica, Goran, Małgorzata, Stanisław, Žofie, Radoslav
      """,
    family: """
      Nowak, Novák, Kowalski, Horvat, Petrov, Ivanova, Svoboda, Dvořák, Wiśniewski, Jovanović, Kovač, Popović, Černý,
      Zieliński, Szymański, Procházka, Kučera, Veselý, Marković, Nikolić, Lewandowski, Wójcik, Kamiński, Babić, Dimitrov,
      Šimić, Krejčí, Pokorný, Kaźmierczak, Grzegorzewski
      """)

  static let nordic = NameCulture(
    share: 30,
    given: """
      Anna, Lars, Ingrid, Erik, Astrid, Anders, Kirsten, Mikael, Sofie, Olav, Sigrid, Jukka, Aino, Søren, Mette, Björn,
      Åsa, Håkan, Päivi, Eero, Solveig, Guðrún, Øystein, Þórunn
      """,
    family: """
      Hansen, Johansson, Nielsen, Andersson, Jensen, Karlsson, Olsen, Nilsson, Pedersen, Larsen, Eriksson, Korhonen,
      Virtanen, Lindström, Sørensen, Bergström, Møller, Sjöberg, Mäkinen, Nyström, Ødegård, Håkansson, Järvinen,
      Strömqvist, Jónsdóttir, Sigurðsson
      """)

  static let japanese = NameCulture(
    share: 35, doubleFamilyShare: 1,
    given: """
      Hiroshi, Yuki, Takashi, Akiko, Kenji, Yoko, Haruto, Sakura, Satoshi, Keiko, Daisuke, Naomi, Makoto, Emi, Kazuki,
      Mayumi, Ryo, Aya, Shinji, Kaori, Tetsuya, Michiko
      """,
    family: """
      Sato, Suzuki, Takahashi, Tanaka, Watanabe, Ito, Yamamoto, Nakamura, Kobayashi, Kato, Yoshida, Yamada, Sasaki,
      Yamaguchi, Matsumoto, Inoue, Kimura, Hayashi, Shimizu, Saito, Mori, Ikeda, Hashimoto, Fujita, Ogawa, Ōno
      """)

  static let italian = NameCulture(
    share: 30,
    given: """
      Giulia, Marco, Francesca, Andrea, Chiara, Luca, Sara, Matteo, Valentina, Alessandro, Elisa, Davide, Federica,
      Giovanni, Silvia, Lorenzo, Niccolò, Beatrice, Massimiliano, Donatella
      """,
    family: """
      Rossi, Russo, Ferrari, Esposito, Bianchi, Romano, Colombo, Ricci, Marino, Greco, Bruno, Gallo, Conti, De Luca,
      Costa, Giordano, Mancini, Rizzo, Lombardi, Moretti, Barbieri, Fontana, Santoro, Caruso, Nicolò, Dell'Acqua
      """)

  static let african = NameCulture(
    share: 30,
    given: """
      Chinedu, Amara, Kwame, Ama, Tunde, Ngozi, Thabo, Naledi, Kofi, Wanjiru, Emeka, Folake, Sipho, Nomvula, Oluwaseun,
      Adaeze, Kamau, Makena, Tendai, Rudo
      """,
    family: """
      Okafor, Mensah, Adeyemi, Dlamini, Nkosi, Mwangi, Owusu, Eze, Okeke, Boateng, Kamau, Balogun, Ndlovu, Achebe,
      Asante, Otieno, Diallo, Traoré, Abubakar, Adéwálé, Moyo, Onyekachukwu
      """)

  static let turkish = NameCulture(
    share: 15,
    given: """
      Mehmet, Ayşe, Mustafa, Zeynep, Ali, Elif, Emre, Merve, Can, Büşra, Oğuz, Gülşen, Hüseyin, Çiğdem, İbrahim, Özlem
      """,
    family: """
      Yılmaz, Kaya, Demir, Çelik, Şahin, Yıldız, Öztürk, Aydın, Özdemir, Arslan, Doğan, Kılıç, Aslan, Çetin, Koç, Güneş
      """)

  static let vietnamese = NameCulture(
    share: 15, doubleFamilyShare: 2,
    given:
      "Anh, Minh, Lan, Hùng, Hương, Tuấn, Thảo, Dũng, Ngọc, Đức, Phương, Quân, Trang, Việt, Thị Hồng, Quốc Bảo",
    family: "Nguyễn, Trần, Lê, Phạm, Hoàng, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý, Tôn Thất")

  static let korean = NameCulture(
    share: 20, doubleFamilyShare: 1,
    given: """
      Ji-hoon, Min-seo, Seo-yeon, Jun-ho, Hye-jin, Sung-min, Eun-ji, Dong-hyun, Soo-jin, Young-ho, Yu-na, Tae-woo
      """,
    family:
      "Kim, Lee, Park, Choi, Jung, Kang, Cho, Yoon, Jang, Lim, Han, Oh, Seo, Shin, Kwon, Hwang, Ahn, Namgung")

  static let greek = NameCulture(
    share: 10,
    given:
      "Maria, Giorgos, Eleni, Dimitris, Katerina, Nikos, Sofia, Kostas, Ioanna, Yannis, Theodora, Athanasios",
    family: """
      Papadopoulos, Georgiou, Nikolaidis, Ioannou, Pappas, Dimitriou, Konstantinou, Vlachos, Karagiannis, Economou,
      Papadimitrakopoulos, Hatzigeorgiou
      """)

  static let dutch = NameCulture(
    share: 20,
    given:
      "Jan, Anouk, Pieter, Femke, Willem, Sanne, Bram, Lotte, Joost, Marieke, Daan, Liesbeth, Thijs, Annelies",
    family: """
      de Jong, Jansen, de Vries, van den Berg, Bakker, van Dijk, Visser, Smit, Meijer, de Boer, Mulder, de Groot, Bos,
      Vos, Peeters, Hendriks, van Leeuwen, Dekker, van der Meer, van den Broek, ten Brinke, 't Hooft
      """)

  static let cyrillic = NameCulture(
    share: 10, doubleFamilyShare: 4,
    given:
      "Анна, Иван, Ольга, Сергей, Елена, Андрій, Наталья, Павел, Оксана, Юрий, Тарас, Дарья, Георги, Ђорђе",
    family:
      "Иванов, Петренко, Попов, Шевчук, Орлов, Ткач, Волков, Мороз, Лебедь, Соколов, Димитров, Јовић, Коваль")

  static let han = NameCulture(
    share: 15, separator: "", doubleFamilyShare: 2,
    given: "伟, 芳, 娜, 敏, 静, 小明, 雅婷, 浩然, 美咲, 陽菜, 翔太, 健一, 思远, 志明, 淑芬, 地勇, 서연, 민준",
    family: "王, 李, 张, 刘, 陈, 楊, 黃, 佐藤, 鈴木, 高橋, 田中, 渡辺, 林, 欧阳, 김, 이, 박")

  /// Most are one letter. A third of the instructors have one.
  static let initials = WordList.split(
    """
    M, A, J, L, E, R, C, S, D, K, B, P, T, H, G, N, F, W, V, O, I, Y, Z, U, X, Q, É, Ø, Å, Š, Ç, Æ, J. R., A. M., Th., Ch.
    """)
}
