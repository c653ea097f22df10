package demo

// Surnames by origin, the commonest first: names are drawn with a preference
// for the head of the list. None is meant to be anybody's in particular.

var frenchSurnames = list(`
Martin, Bernard, Thomas, Petit, Robert, Richard, Durand, Dubois, Moreau, Laurent, Simon, Michel, Lefèvre, Leroy, Roux,
David, Bertrand, Morel, Fournier, Girard, Bonnet, Dupont, Lambert, Fontaine, Rousseau, Vincent, Muller, Faure, Mercier,
Blanc, Guérin, Boyer, Garnier, Chevalier, François, Legrand, Gauthier, Perrin, Robin, Clément, Morin, Nicolas, Henry,
Roussel, Mathieu, Gautier, Masson, Marchand, Duval, Denis, Dumont, Marie, Lemaire, Noël, Meyer, Dufour, Meunier, Brun,
Blanchard, Giraud, Joly, Rivière, Lucas, Brunet, Gaillard, Barbier, Arnaud, Martinet, Gérard, Roche, Renard, Schmitt,
Roy, Leroux, Colin, Vidal, Caron, Picard, Roger, Fabre, Aubert, Lemoine, Renaud, Dumas, Lacroix, Olivier, Philippe,
Bourgeois, Pierre, Benoît, Rey, Leclerc, Payet, Rolland, Leclercq, Guillaume, Lecomte, Jean, Dupuy, Guillot, Hubert,
Berger, Carpentier, Moulin, Deschamps, Vasseur, Perez-Vidal, Boucher, Fleury, Royer, Klein, Jacquet, Adam, Paris,
Poirier, Marty, Aubry, Guyot, Carré, Charles, Renault, Charpentier, Ménard, Maillard, Baron, Bertin, Bailly, Hervé,
Schneider, Le Gall, Collet, Léger, Bouvier, Julien, Prévost, Millet, Perrot, Daniel, Cousin, Germain, Breton, Besson,
Langlois, Rémy, Le Goff, Pelletier, Lévêque, Perrier, Leblanc, Barré, Lebrun, Marchal, Weber, Mallet, Hamon, Boulanger,
Jacob, Monnier, Michaud, Guichard, Poulain, Étienne, Gillet, Hoarau, Tessier, Cordier, Chauvin, Lecœur, Bœuf, Lebœuf,
Le Roux, Le Bihan, Le Guen, Kerbrat, Quéméner, Le Floc'h, Penven, Guivarc'h, Tanguy, Jézéquel, Le Corre, L'Hostis,
Etcheverry, Iribarne, Haristoy, Elissalde, Duhalde, Casabianca, Luciani, Santoni, Poggioli, Kieffer, Wendling,
Schaeffer, Zimmermann, Hoffmann, Bœglin, Van den Berghe, Vandenbroucke, Deleplanque, Delattre, Descamps, Wattel,
de La Tour, de Montclar, de Saint-Aubin, d'Hauterive, d'Arblay, du Plessis, de Kerlivio-Penhoat, Le Bret, La Fosse,
Dupré-Lamy, Saint-Martin, Sainte-Rose, Bonnefoy-Gras, Delorme, Desmoulins, Châtelain, Forêt, Hébert, Maître, Hénault,
Côté, Gâtineau, Bénard, Crépin, Dréan, Féval, Gréau, Jégou, Kermadec, Lézin, Mézières
`)

var maghrebSurnames = list(`
Benali-Cherif, Haddad, Mansouri, Saïdi, Belkacem, Bouzid, Khelifi, Cherif, Brahimi, Hamidi, Amrani, El Amrani, Bennani,
Alaoui, El Idrissi, Tazi, Benjelloun, Berrada, El Fassi, Lahlou, Trabelsi, Jaziri, Gharbi, Ben Salah, Ben Youssef,
Hamdi, Ayari, Mejri, Bouaziz, Ouali, Aït Ahmed, Aït Kaci, Hammoudi, Meziane, Zerrouki, Boudjemaa, Larbi, Slimani,
Touati, Messaoudi, Rahmani, Guendouz, Djebbar, Kaddour, M'Barek, Ouazzani, Chraïbi, Naïli, Zemmouri, Yahiaoui
`)

var africanSurnames = list(`
Traoré, Diallo, Coulibaly, Diarra, Keïta, Camara, Sissoko, Konaté, Touré, Bah, Barry, Sow, Cissé, Diop, Ndiaye, N'Diaye,
Fall, Gueye, Sarr, Ba, Kane, Thiam, Koné, Ouattara, Kouassi, Kouadio, Yao, N'Guessan, N'Dri, Koffi, Mensah, Agbodjan,
Mbemba, Makosso, Loemba, Nkounkou, Mabiala, Ilunga, Kabongo, Mukendi, Tshibangu, Ngoma, Essomba, Tchoumi, Fotso,
Ndongo, Obiang, Rakotomalala, Randriamanana, Razafindrabe
`)

var southSurnames = list(`
Da Silva, Ferreira, Pereira, Dos Santos, Gonçalves, Rodrigues, De Oliveira, Martins, Lopes, Fernandes, Gomes, Alves,
Da Costa, Ribeiro, Teixeira, Carvalho, Moreira, De Sousa, Marques, Magalhães, Garcia, Martinez, Lopez, Sanchez, Perez,
Rodriguez, Fernandez, Gomez, Muñoz, Nuñez, Ibañez, Peña-Ruiz, Ortega, Navarro, Rossi, Ferrari, Bianchi, Ricci,
Lombardi, Giordano, Rizzo, Di Marco, D'Angelo, De Luca, Santangelo
`)

var eastSurnames = list(`
Kowalski, Nowak, Łukasik, Wiśniewski, Zieliński, Dąbrowski, Kaczmarek, Wójcik, Popescu, Ionescu, Dumitru, Munteanu,
Petrović, Jovanović, Marković, Horváth, Novák, Dvořák, Kovalenko, Shevchuk, Melnyk, Ivanova-Petit, Sargsyan, Hakobyan,
Petrossian, Yılmaz, Kaya, Demir, Şahin, Çelik, Öztürk, Aydın, Doğan
`)

var asianSurnames = list(`
Nguyen, Tran, Le Van, Pham, Huynh, Phan, Vo, Dang, Bui, Chen, Wang, Zhang, Li, Liu, Wu, Zheng, Lin, Huang, Sok, Chea,
Keo, Vong, Phommachanh, Xiong, Ratnam, Selvarajah, Kumarasamy, Sivakumar, Rahman, Hossain
`)

var overseasSurnames = list(`
Grondin, Hoareau, Boyer-Técher, Fontaine-Lebon, Técher, Rivière-Payet, Sinama, Virapin, Moutoussamy, Ramassamy,
Zamor, Pancarte, Bienville, Jean-Baptiste, Saint-Prix, Louisy, Joseph-Rosette, Marie-Sainte, Belmo, Cafrine,
Tuihani, Teriitahi, Wamytan-Poadja, Kilama, Ali Madi, Saïd Omar
`)
