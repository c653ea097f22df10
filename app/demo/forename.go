package demo

// Forenames by generation: pupils' first, then those of their parents and
// teachers, the commonest first.

var frenchGirls = list(`
Emma, Jade, Louise, Alice, Chloé, Lina, Léa, Manon, Inès, Camille, Sarah, Zoé, Lola, Juliette, Lucie, Anna, Mila, Rose,
Eva, Clara, Ambre, Julia, Nina, Léna, Romane, Agathe, Jeanne, Margaux, Charlotte, Louna, Maëlys, Lou, Victoria, Mathilde,
Adèle, Élise, Élisa, Olivia, Victoire, Maëlle, Clémence, Pauline, Noémie, Anaïs, Lise, Lilou, Éléna, Capucine, Valentine,
Célia, Elsa, Gabrielle, Alix, Apolline, Héloïse, Constance, Salomé, Garance, Joséphine, Éloïse, Océane, Marie, Anouk,
Candice, Roxane, Maya, Maïwenn, Solène, Gwenaëlle, Nolwenn, Enora, Louane, Lana, Luna, Alba, Iris, Flora, Faustine,
Suzanne, Mélina, Coline, Axelle, Justine, Morgane, Laura, Marine, Marion, Oriane, Ophélie, Angèle, Albane, Bérénice,
Blanche, Céleste, Colombe, Cassandre, Daphné, Diane, Édith, Émilie, Esther, Fanny, Hortense, Isaure, Joy, Judith, Lisa,
Lison, Madeleine, Marguerite, Marilou, Mélissa, Myrtille, Philippine, Prune, Rosalie, Sixtine, Soline, Tess, Thaïs,
Tiphaine, Violette, Yaëlle, Ysé, Zélie, Anne-Lise, Marie-Lou, Lou-Anne, Rose-Marie, Eva-Rose, Emmy, Maddy, Charlie,
Andréa, Ninon, Mya, Maëva, Léonie, Lyna, Livia, Lucile, Noélie, Perrine, Sidonie
`)

var frenchBoys = list(`
Gabriel, Léo, Raphaël, Louis, Arthur, Jules, Adam, Lucas, Hugo, Nathan, Ethan, Noah, Tom, Théo, Sacha, Maël, Mathis,
Paul, Enzo, Timéo, Nolan, Gabin, Axel, Antoine, Clément, Maxime, Baptiste, Alexandre, Thomas, Valentin, Victor, Martin,
Robin, Samuel, Evan, Eliott, Augustin, Simon, Rayan, Esteban, Noé, Marius, Léon, Maxence, Mathéo, Yanis, Quentin, Aaron,
Kylian, Tiago, Lenny, Malo, Ewen, Titouan, Loïc, Erwan, Gwendal, Corentin, Ronan, Yann, Alexis, Romain, Dylan, Matthieu,
Nicolas, Benjamin, Bastien, Tristan, Oscar, Gaspard, Basile, Camille, Achille, Adrien, Aloïs, Ambroise, Anatole, André,
Aurélien, Côme, Constantin, Damien, Edgar, Élie, Émile, Étienne, Eugène, Félix, Ferdinand, Florian, François, Gaël,
Georges, Grégoire, Guillaume, Gustave, Henri, Hippolyte, Isaac, Ivan, Jean, Jérémy, Joachim, Joseph, Joshua, Julien,
Justin, Kenzo, Kévin, Lilian, Logan, Loan, Lorenzo, Loris, Louka, Luca, Marceau, Mathys, Milan, Morgan, Naël, Octave,
Paul-Émile, Pierre, Rémi, Roméo, Solal, Swann, Tao, Thibault, Tim, Timothée, Tony, Tyméo, Ulysse, Virgile, William,
Xavier, Yoan, Zacharie, Jean-Baptiste, Pierre-Louis, Paul-Antoine, Jean-Noël, Charles, Charly, Célestin, Cyprien, Diego
`)

var frenchWomen = list(`
Nathalie, Isabelle, Sylvie, Catherine, Sandrine, Stéphanie, Céline, Virginie, Valérie, Sophie, Christelle, Aurélie,
Émilie, Karine, Laurence, Delphine, Véronique, Anne, Hélène, Claire, Julie, Élodie, Laetitia, Caroline, Audrey, Cécile,
Florence, Corinne, Christine, Patricia, Béatrice, Agnès, Séverine, Vanessa, Mélanie, Sabrina, Alexandra, Magali, Angélique,
Marie-Christine, Anne-Sophie, Marie-Pierre, Anne-Laure, Marie-Laure, Élisabeth, Estelle, Fabienne, Frédérique, Gaëlle,
Géraldine, Ghislaine, Jessica, Joëlle, Josiane, Katia, Laure, Linda, Lydie, Martine, Maud, Michèle, Muriel, Myriam,
Nadège, Noëlle, Odile, Pascale, Peggy, Priscilla, Raphaëlle, Régine, Rachel, Sabine, Solange, Sonia, Sylvaine, Vérane,
Viviane, Yolande, Blandine, Bénédicte, Brigitte, Carole, Chantal, Clotilde, Colette, Edwige, Emmanuelle, Évelyne,
Françoise, Gwénola, Ingrid, Johanna, Line, Ludivine, Mireille, Nelly, Nicole, Rozenn, Soizic, Sybille, Maryse
`)

var frenchMen = list(`
Philippe, Christophe, Stéphane, Laurent, Frédéric, Nicolas, David, Olivier, Pascal, Éric, Thierry, Sébastien, Jérôme,
Julien, Patrick, Bruno, Cédric, Vincent, Fabrice, Franck, Emmanuel, Guillaume, Arnaud, Ludovic, Mickaël, Didier, Gilles,
Alain, Denis, Marc, Sylvain, Anthony, Jean-Luc, Jean-Marc, Jean-Pierre, Jean-François, Yannick, Hervé, Régis, Rodolphe,
Bertrand, Benoît, Cyril, Cyrille, Dominique, Fabien, Francis, Gérald, Gaëtan, Grégory, Gwenaël, Hubert, Jean-Christophe,
Jean-Michel, Jean-Yves, Joël, Johan, Johann, Joris, Lionel, Loup, Luc, Mathias, Maurice, Michel, Norbert, Pierre-Yves,
Raoul, Raymond, Renaud, René, Richard, Roland, Serge, Steeve, Teddy, Tanguy, Thibaud, Tugdual, Wilfried, Willy, Yohann,
Yvan, Yves, Christian, Christian-Marie, Claude, Daniel, Eddy, Édouard, Flavien, Geoffroy, Gérard, Ghislain, Goulven
`)

var maghrebGirls = list(`
Yasmine, Lyna, Nour, Inaya, Aya, Assia, Amira, Sofia, Maryam, Fatima, Kenza, Imane, Salma, Hafsa, Malak, Khadija, Rania,
Hanaë, Sirine, Ilham, Dounia, Meriem, Chaïma, Wissal, Naïla, Soumaya, Farah, Yousra, Manel, Cyrine
`)

var maghrebBoys = list(`
Mohamed, Rayan, Ibrahim, Amine, Ilyès, Yassine, Ayoub, Mehdi, Bilal, Youssef, Adam, Hamza, Anis, Sofiane, Younès, Wassim,
Imran, Zakaria, Marwan, Idriss, Ismaël, Nassim, Walid, Haroun, Kaïs, Souleyman, Riad, Adel, Elyas, Tarek
`)

var maghrebWomen = list(`
Fatima, Nadia, Samira, Malika, Naïma, Karima, Leïla, Rachida, Souad, Hayat, Latifa, Zohra, Aïcha, Farida, Houria, Fatiha,
Najat, Saïda, Djamila, Nawel, Wafa, Siham, Hanane, Fouzia, Ouarda
`)

var maghrebMen = list(`
Mohamed, Ahmed, Rachid, Karim, Abdelkader, Mustapha, Hassan, Saïd, Nordine, Farid, Kamel, Djamel, Abdallah, Omar, Khalid,
Brahim, Lahcen, Slimane, Hakim, Mourad, Fouad, Nabil, Jamal, Azzedine, Tahar
`)

var africanGirls = list(`
Aminata, Fatoumata, Mariam, Awa, Khady, Aïssatou, Oumou, Kadiatou, Bintou, Coumba, Maïmouna, Assetou, Grâce, Divine,
Merveille, Ruth, Naomi, Priscille, Dorcas, Adjoua
`)

var africanBoys = list(`
Mamadou, Ousmane, Moussa, Amadou, Cheick, Boubacar, Ibrahima, Abdoulaye, Issa, Souleymane, Lamine, Djibril, Seydou,
Exaucé, Emmanuel, Christ, Yannis, Samuel, Kofi, Aymar
`)

var africanWomen = list(`
Aminata, Fatou, Mariama, Hawa, Ramatoulaye, Salimata, Nafissatou, Clarisse, Chancelle, Blandine, Léontine, Philomène,
Bernadette, Adjoa, Noro
`)

var africanMen = list(`
Mamadou, Bakary, Ousmane, Aboubacar, Sékou, Modibo, Alassane, Mahamadou, Célestin, Dieudonné, Prosper, Honoré, Fidèle,
Kouamé, Hery
`)

var southGirls = list(`Inês, Leonor, Carla, Lara, Mariana, Beatriz, Giulia, Chiara, Alessia, Carmen, Lucía, Paula`)
var southBoys = list(`Tiago, Diogo, Rafael, João, Miguel, Leandro, Matteo, Alessio, Pablo, Iván, Santiago, Duarte`)
var southWomen = list(`Maria, Ana, Paula, Teresa, Rosa, Conceição, Lurdes, Carmen, Pilar, Dolores, Giovanna, Antonella`)
var southMen = list(`José, Manuel, António, Carlos, João, Paulo, Fernando, Luis, Javier, Giuseppe, Marco, Salvatore`)

var eastGirls = list(`Maja, Oliwia, Zofia, Ana, Mihaela, Ioana, Elif, Defne, Sofiya, Ani, Nare, Ela`)
var eastBoys = list(`Jakub, Szymon, Oskar, Andrei, Mihai, Stefan, Emir, Yusuf, Artem, Tigran, Davit, Luka`)
var eastWomen = list(`Agnieszka, Małgorzata, Joanna, Elena, Daniela, Simona, Ayşe, Fatma, Olena, Anahit, Gülşen, Vesna`)
var eastMen = list(`Piotr, Tomasz, Łukasz, Cristian, Florin, Gheorghe, Mehmet, Mustafa, Oleksandr, Armen, Hakan, Dragan`)

var asianGirls = list(`Linh, Mai, Anh, Thuy-Linh, Xin Yi, Mei, Sreya, Kavya, Nila, Anjali, Kim-Anh, Sophea`)
var asianBoys = list(`Minh, Nam, Tuan, Hao, Jun, Kevin, Arun, Vikram, Sokha, Duy, Rithy, Anton`)
var asianWomen = list(`Thi Hoa, Lan, Ngoc, Phuong, Ying, Xiaoling, Sothea, Bopha, Priya, Malar, Hong, Tuyet`)
var asianMen = list(`Van Hung, Quoc, Dung, Wei, Jian, Xiaoming, Vuthy, Dara, Suresh, Rajan, Khanh, Kamal`)
