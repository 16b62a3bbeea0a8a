/** Runs of experiments in an MLflow tracking server. */
@NullMarked
package dev.mama.mlflow;

import org.jspecify.annotations.NullMarked;
