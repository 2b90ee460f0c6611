package setup

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// imagesPackage is the Debian package of Fashion-MNIST, which some notebooks measure on.
const imagesPackage = "dataset-fashion-mnist"

// images installs Fashion-MNIST where root can. Where nobody can, the notebooks that need it fail
// and say how to get it.
func (s *Setup) images(ctx context.Context) error {
	apt, _ := exec.LookPath("apt-get")
	if !wantImages(os.Getenv(data.EnvDir), data.FashionMNISTDir, os.Geteuid(), apt) {
		return nil
	}
	if err := s.Debian(ctx, imagesPackage); err != nil {
		return errors.Join(err, errors.New("set "+data.EnvDir+" to a folder that holds it, or install it yourself"))
	}
	return nil
}

// wantImages reports whether the images are missing and can be installed: no folder of the user's
// own, none of Debian's, root, and an apt-get.
func wantImages(own, debian string, uid int, apt string) bool {
	return own == "" && !exists(debian) && uid == 0 && apt != ""
}
