# Converts the data sets of three unpacked Debian packages to CSV: Rscript convert.R FROM TO
# FROM holds what dpkg unpacked, TO becomes one file a set: a header line, numbers, the label last.

arguments <- commandArgs(trailingOnly = TRUE)
from <- arguments[1]
to <- arguments[2]

save <- function(name, features, class) {
  table <- data.frame(features, check.names = FALSE)
  table$class <- class
  stopifnot(!anyNA(table), sapply(features, is.numeric))
  # 15 significant digits, as R writes them anywhere.
  write.csv(table, file.path(to, paste0(name, ".csv")), quote = FALSE, row.names = FALSE)
}

# mlbench: data frames, one column of which is the label.
mlbench <- function(set) {
  load(file.path(from, "usr/lib/R/site-library/mlbench/data", paste0(set, ".rda")))
  get(set)
}
letter <- mlbench("LetterRecognition")
save("letter", letter[names(letter) != "lettr"], letter$lettr)
satellite <- mlbench("Satellite")
save("satellite", satellite[names(satellite) != "classes"], satellite$classes)
vehicle <- mlbench("Vehicle")
save("vehicle", vehicle[names(vehicle) != "Class"], vehicle$Class)
dna <- mlbench("DNA") # its columns are factors of the levels 0 and 1
zeros.and.ones <- lapply(dna[names(dna) != "Class"], function(v) as.numeric(as.character(v)))
save("dna", as.data.frame(zeros.and.ones), dna$Class)

# scikit-learn: the label is the last column, as a number from 0.
sklearn <- file.path(from, "usr/lib/python3/dist-packages/sklearn/datasets/data")
digits <- read.csv(file.path(sklearn, "digits.csv.gz"), header = FALSE)
names(digits)[1:64] <- paste0("pixel_", rep(0:7, each = 8), "_", rep(0:7, 8))
save("digits", digits[1:64], digits[[65]])
# The header line of the others names the classes, not the columns.
headed <- function(file, columns, classes) {
  table <- read.csv(file.path(sklearn, file), header = FALSE, skip = 1)
  names(table) <- c(columns, "class")
  list(features = table[columns], class = classes[table$class + 1])
}
cells <- c("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
           "concave_points", "symmetry", "fractal_dimension")
cancer <- headed("breast_cancer.csv",
                 c(paste0("mean_", cells), paste0("error_", cells), paste0("worst_", cells)),
                 c("malignant", "benign"))
save("breast-cancer", cancer$features, cancer$class)
wine <- headed("wine_data.csv",
               c("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
                 "flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
                 "od280_od315", "proline"),
               c("cultivar_1", "cultivar_2", "cultivar_3"))
save("wine", wine$features, wine$class)

# Weka: ARFF, whose rows are CSV after the line @data.
arff <- function(name) {
  lines <- readLines(file.path(from, "usr/share/doc/weka/examples", paste0(name, ".arff")))
  lines <- lines[!grepl("^(%|\\s*$)", lines)]
  start <- grep("^@data", lines, ignore.case = TRUE)
  table <- read.csv(text = lines[-(1:start)], header = FALSE)
  attributes <- grep("^@attribute", lines, ignore.case = TRUE, value = TRUE)
  names(table) <- sub("^\\S+\\s+(\\S+).*", "\\1", attributes)
  table
}
segment <- rbind(arff("segment-challenge"), arff("segment-test"))
save("segment", segment[names(segment) != "class"], segment$class)

# Numbers to predict instead of classes: the last column is the target.
diabetes <- read.table(file.path(sklearn, "diabetes_data_raw.csv.gz"))
names(diabetes) <- c("age", "sex", "bmi", "blood_pressure", paste0("serum_", 1:6))
diabetes$progression <- scan(file.path(sklearn, "diabetes_target.csv.gz"), quiet = TRUE)
stopifnot(!anyNA(diabetes))
write.csv(diabetes, file.path(to, "diabetes.csv"), quote = FALSE, row.names = FALSE)
